#pragma once

#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace mixscope {

class Settings;
struct SettingInfo;

/// The table of settings as a window of its own: searchable, every row with its own way back to
/// the default. What is changed acts at once. UI thread only.
class SettingsWindow : public QWidget {
    Q_OBJECT
public:
    explicit SettingsWindow(Settings& settings, QWidget* parent = nullptr);

    /// Shows the window, or brings it to the front, ready to search.
    void open();
    /// The same at one row, ready to change it; an unknown id opens it at the search.
    void openAt(const QString& id);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Row {
        const SettingInfo* info;
        QWidget* box;
        QWidget* control;
        QPushButton* reset;
    };
    struct Group {
        QWidget* card;
        QLabel* title;
        std::vector<Row> rows;
    };

    void addGroup(const char* name);
    Row makeRow(const SettingInfo& info, QWidget* card);
    QWidget* makeControl(const SettingInfo& info, QWidget* parent);
    void show(const Row& row);
    void filter(const QString& search);
    void restyle();

    Settings& settings_;
    QLineEdit* search_;
    QLabel* nothing_;
    QWidget* page_;
    QScrollArea* scroll_;
    QVBoxLayout* column_;
    std::vector<Group> groups_;
};

} // namespace mixscope
