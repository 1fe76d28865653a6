#pragma once

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace mixscope {

/// Named numbers, one below the other: a muted name, then the value.
class ValueList : public QWidget {
    Q_OBJECT
public:
    ValueList(const QString& accessibleName, QWidget* parent);
    void setValues(std::vector<std::pair<QString, QString>> values);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override; ///< name and value in one line

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::pair<QString, QString>> values_;
};

} // namespace mixscope
