#pragma once

#include "ui/models/status_text.h"
#include "ui/panels/text_surface.h"

namespace mixscope {

/// The bottom line: run state, model, rates, context, memory, probes, frames, last message.
class StatusBar : public TextSurface {
    Q_OBJECT
public:
    explicit StatusBar(QWidget* parent = nullptr);

    void setFacts(const StatusFacts& facts);
    /// The last thing that happened; a click on it dismisses it.
    void setMessage(const QString& message);
    QString plainText() const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    std::vector<StatusItem> fitting() const;

    std::vector<StatusItem> items_;
    QString message_;
};

} // namespace mixscope
