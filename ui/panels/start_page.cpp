#include "ui/panels/start_page.h"

#include "engine/model_info.h"
#include "ui/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace mixscope {

namespace {

constexpr int kPrompts = 3;
constexpr const char* kBundled = "tiny-hybrid-13m";

/// A push button does not wrap: the words are labels on it that let the mouse through.
QLabel* wordsOn(QPushButton* button, const QString& text, const char* look)
{
    auto* words = new QLabel(text, button);
    words->setWordWrap(true);
    words->setProperty("look", look);
    words->setAttribute(Qt::WA_TransparentForMouseEvents);
    button->layout()->addWidget(words);
    return words;
}

QPushButton* tallButton(const char* look, QWidget* parent)
{
    auto* made = new QPushButton(parent);
    made->setProperty("look", look);
    made->setAutoDefault(false);
    made->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    new QVBoxLayout(made);
    return made;
}

} // namespace

bool isBundled(const ModelInfo& model)
{
    return model.name == kBundled;
}

std::vector<QString> starterPrompts(const ModelInfo& model)
{
    if (isBundled(model)) { // what its card says it does well
        return {"Tell me a story about a fox named Pip.",
                "Tom has a red ball. Anna has a blue hat. Ben has a green kite. What does Anna "
                "have?",
                "Hi, my name is Hana."};
    }
    if (!model.has_chat_template) {
        return {"Once upon a time", "The three most important inventions are", "Dear Anna,\n"};
    }
    return {"What is the capital of France?", "Explain a rainbow in two sentences.",
            "Write four lines about the sea."};
}

StartPage::StartPage(QWidget* parent)
    : QWidget(parent)
    , hint_(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    hint_->setWordWrap(true);
    column->addWidget(hint_);
    for (int i = 0; i < kPrompts; ++i) {
        QPushButton* button = tallButton("starter", this);
        wordsOn(button, {}, "words");
        connect(button, &QPushButton::clicked, this,
                [this, button] { Q_EMIT promptWanted(button->property("prompt").toString()); });
        column->addWidget(button);
        prompts_.push_back(button);
    }
    tour_ = card(tr("Two-minute tour"), tr("Six stops: where a word looks, what a layer keeps."));
    open_ = card(tr("Load my model"), tr("A folder with config.json and weights. Or drop it here."));
    column->addStretch(1);
    column->addWidget(tour_);
    column->addWidget(open_);
    connect(tour_, &QPushButton::clicked, this, &StartPage::tourWanted);
    connect(open_, &QPushButton::clicked, this, &StartPage::openWanted);
    connect(&Theme::instance(), &Theme::changed, this, &StartPage::restyle);
    restyle();
    setModel(nullptr);
}

QPushButton* StartPage::card(const QString& title, const QString& text)
{
    QPushButton* made = tallButton("card", this);
    made->setAccessibleName(title);
    made->setAccessibleDescription(text);
    wordsOn(made, title, "name");
    wordsOn(made, text, "hint");
    return made;
}

void StartPage::setModel(const ModelInfo* model)
{
    const bool chats = model == nullptr || model->has_chat_template;
    hint_->setText(model == nullptr ? tr("No model is open.")
                       : chats ? tr("Ask the model something and watch inside it while it writes.")
                               : tr("This model knows no chat: it goes on with your text. Watch "
                                    "inside it while it writes."));
    const std::vector<QString> texts =
        model != nullptr ? starterPrompts(*model) : std::vector<QString> {};
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
        QPushButton* button = prompts_[i];
        button->setVisible(i < texts.size());
        if (i >= texts.size()) continue;
        button->setAccessibleName(texts[i].trimmed());
        button->setProperty("prompt", texts[i]);
        button->findChild<QLabel*>()->setText(texts[i].trimmed());
    }
}

void StartPage::setReady(bool ready)
{
    for (QPushButton* button : prompts_)
        button->setEnabled(ready);
}

void StartPage::showTour(bool shown)
{
    tour_->setVisible(shown);
}

void StartPage::restyle()
{
    const Theme& theme = Theme::instance();
    const int pad = theme.px(8);
    layout()->setSpacing(pad);
    for (QPushButton* button : findChildren<QPushButton*>()) {
        button->layout()->setContentsMargins(pad, pad, pad, pad);
        button->layout()->setSpacing(theme.px(1));
    }
}

} // namespace mixscope
