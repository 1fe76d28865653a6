#pragma once

#include "ui/models/status_text.h"
#include "ui/panels/text_surface.h"

#include <map>

namespace mixscope {

/// The bottom line: run state, model, rates, context, memory, probes, frames, last message. A click
/// on an item goes where one changes it. An item keeps the widest room it has had, so that its
/// neighbours hold still.
class StatusBar : public TextSurface {
    Q_OBJECT
public:
    explicit StatusBar(QWidget* parent = nullptr);

    void setFacts(const StatusFacts& facts);
    /// The last thing that happened; a click on it dismisses it.
    void setMessage(const QString& message);
    QString plainText() const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void commandWanted(const QString& id);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    /// An item where it is painted.
    struct Placed {
        StatusItem item;
        QRect box;
    };
    std::vector<Placed> placed() const;
    const StatusItem* itemAt(const std::vector<Placed>& all, QPoint at) const;
    int widthOf(const StatusItem& item) const;

    std::vector<StatusItem> items_;
    QString message_;
    std::map<int, int> widest_; ///< by priority, pixels
};

} // namespace mixscope
