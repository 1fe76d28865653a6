#pragma once

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;

namespace mixscope {

struct ModelInfo;

/// What the chat shows before anything is said: three prompts that suit the model, the tour, and
/// the way to another model. UI thread only.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);

    /// nullptr: none is open yet.
    void setModel(const ModelInfo* model);
    void setReady(bool ready); ///< whether a prompt can be sent now
    void showTour(bool shown); ///< offered until it was taken

Q_SIGNALS:
    void promptWanted(const QString& text);
    void tourWanted();
    void openWanted();

private:
    QPushButton* card(const QString& title, const QString& text);
    void restyle();

    QLabel* hint_;
    std::vector<QPushButton*> prompts_;
    QPushButton *tour_, *open_;
};

/// The prompts offered for a model: what it was trained for if it is the bundled one, a text to go
/// on with if it knows no chat, else what any model that chats can answer.
std::vector<QString> starterPrompts(const ModelInfo& model);
/// Whether it is the model that comes with the program.
bool isBundled(const ModelInfo& model);

} // namespace mixscope
