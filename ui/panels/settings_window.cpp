#include "ui/panels/settings_window.h"

#include "ui/models/settings.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>

#include <cstring>

namespace mixscope {

namespace {

constexpr int kControl = 200; // width of what a row is set with

QLabel* label(const QString& text, const char* look, QWidget* parent)
{
    auto* made = new QLabel(text, parent);
    made->setProperty("look", look);
    made->setWordWrap(true);
    return made;
}

} // namespace

SettingsWindow::SettingsWindow(Settings& settings, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , settings_(settings)
    , search_(new QLineEdit(this))
    , nothing_(label(tr("No setting has these words."), "hint", this))
    , page_(new QWidget)
    , scroll_(new QScrollArea(this))
    , column_(new QVBoxLayout(page_))
{
    setObjectName("window");
    setWindowTitle(tr("Settings – Mixscope"));
    search_->setAccessibleName(tr("Search settings"));
    search_->setPlaceholderText(tr("Search settings"));
    search_->setClearButtonEnabled(true);
    page_->setObjectName("scrolled");
    const char* group = "";
    for (const SettingInfo& info : Settings::table()) {
        if (std::strcmp(group, info.group) != 0) addGroup(group = info.group);
        Group& last = groups_.back();
        last.rows.push_back(makeRow(info, last.card));
        last.card->layout()->addWidget(last.rows.back().box);
    }
    column_->addWidget(nothing_);
    column_->addStretch(1);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scroll_->setWidget(page_);
    auto* all = new QVBoxLayout(this);
    all->addWidget(search_);
    all->addWidget(scroll_, 1);
    connect(search_, &QLineEdit::textChanged, this, &SettingsWindow::filter);
    connect(&settings_, &Settings::changed, this, [this](const QString& id) {
        for (const Group& each : groups_) {
            for (const Row& row : each.rows) {
                if (id == QLatin1String(row.info->id)) show(row);
            }
        }
    });
    connect(&Theme::instance(), &Theme::changed, this, &SettingsWindow::restyle);
    restyle();
    filter({});
    const Theme& theme = Theme::instance();
    resize(theme.px(640), theme.px(680));
}

void SettingsWindow::addGroup(const char* name)
{
    auto* title = label(Settings::say(name), "heading", page_);
    auto* card = new QFrame(page_);
    card->setProperty("panel", true);
    new QVBoxLayout(card);
    column_->addWidget(title);
    column_->addWidget(card);
    groups_.push_back({card, title, {}});
}

SettingsWindow::Row SettingsWindow::makeRow(const SettingInfo& info, QWidget* card)
{
    auto* box = new QWidget(card);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    auto* title = label(Settings::say(info.title), "name", box);
    title->setAccessibleName(tr("Setting: %1").arg(title->text())); // the control has the name
    words->addWidget(title);
    words->addWidget(label(Settings::say(info.help), "hint", box));
    QWidget* control = makeControl(info, box); // before its button: the order of the Tab key
    auto* reset = new QPushButton(tr("Reset"), box);
    reset->setProperty("look", "quiet");
    reset->setAccessibleName(tr("Reset %1").arg(Settings::say(info.title)));
    QSizePolicy policy = reset->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    reset->setSizePolicy(policy);
    const QString id = info.id;
    connect(reset, &QPushButton::clicked, this, [this, id] { settings_.reset(id); });
    const Row row {&info, box, control, reset};
    row.control->setAccessibleName(Settings::say(info.title));
    row.control->setAccessibleDescription(Settings::say(info.help));
    row.control->setFocusPolicy(Qt::StrongFocus);
    row.control->installEventFilter(this);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins(0, 0, 0, 0);
    line->addLayout(words, 1);
    line->addWidget(row.control, 0, Qt::AlignVCenter);
    line->addWidget(reset, 0, Qt::AlignVCenter);
    show(row);
    return row;
}

QWidget* SettingsWindow::makeControl(const SettingInfo& info, QWidget* parent)
{
    using Kind = SettingInfo::Kind;
    const QString id = info.id;
    const auto set = [this, id](const QVariant& value) { settings_.set(id, value); };
    switch (info.kind) {
    case Kind::choice: {
        auto* box = new QComboBox(parent);
        for (const SettingChoice& choice : info.choices)
            box->addItem(Settings::say(choice.label), QString(choice.value));
        connect(box, &QComboBox::currentIndexChanged, this,
                [box, set](int row) { set(box->itemData(row)); });
        return box;
    }
    case Kind::number: {
        auto* box = new QSpinBox(parent);
        box->setRange(info.low, info.high);
        box->setSingleStep(info.step);
        box->setSuffix(info.unit);
        box->setKeyboardTracking(false); // what is typed counts when it is complete
        connect(box, &QSpinBox::valueChanged, this, [set](int value) { set(value); });
        return box;
    }
    case Kind::flag: {
        auto* box = new QCheckBox(parent);
        connect(box, &QCheckBox::toggled, this, [set](bool on) { set(on); });
        return box;
    }
    case Kind::text: {
        auto* box = new QLineEdit(parent);
        connect(box, &QLineEdit::editingFinished, this, [box, set] { set(box->text()); });
        return box;
    }
    }
    return nullptr;
}

void SettingsWindow::show(const Row& row)
{
    const QVariant value = settings_.value(row.info->id);
    const QSignalBlocker quiet(row.control);
    if (auto* choices = qobject_cast<QComboBox*>(row.control))
        choices->setCurrentIndex(choices->findData(value));
    else if (auto* number = qobject_cast<QSpinBox*>(row.control))
        number->setValue(value.toInt());
    else if (auto* flag = qobject_cast<QCheckBox*>(row.control))
        flag->setChecked(value.toBool());
    else if (auto* text = qobject_cast<QLineEdit*>(row.control))
        text->setText(value.toString());
    const bool differs = settings_.changedByUser(row.info->id);
    if (!differs && row.reset->hasFocus()) row.control->setFocus();
    row.reset->setEnabled(differs);
    row.reset->setVisible(differs);
}

void SettingsWindow::filter(const QString& search)
{
    bool any = false;
    for (const Group& group : groups_) {
        bool some = false;
        for (const Row& row : group.rows) {
            const bool found = Settings::matches(*row.info, search);
            row.box->setVisible(found);
            some = some || found;
        }
        group.title->setVisible(some);
        group.card->setVisible(some);
        any = any || some;
    }
    nothing_->setVisible(!any);
}

void SettingsWindow::open()
{
    if (!isVisible() && parentWidget() != nullptr)
        move(parentWidget()->geometry().center() - rect().center());
    QWidget::show();
    raise();
    activateWindow();
    search_->setFocus();
    search_->selectAll();
}

void SettingsWindow::openAt(const QString& id)
{
    search_->clear(); // a search may have hidden the row
    open();
    for (const Group& group : groups_) {
        for (const Row& row : group.rows) {
            if (id != QLatin1String(row.info->id)) continue;
            page_->layout()->activate(); // positions count from the first time on
            scroll_->ensureWidgetVisible(row.box, 0, Theme::instance().px(24));
            row.control->setFocus(Qt::OtherFocusReason);
        }
    }
}

void SettingsWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Cancel))
        close();
    else if (event->matches(QKeySequence::Find))
        search_->setFocus();
    else
        QWidget::keyPressEvent(event);
}

/// Turning the wheel over the list scrolls it, and changes nothing that does not have the focus.
bool SettingsWindow::eventFilter(QObject* watched, QEvent* event)
{
    auto* control = qobject_cast<QWidget*>(watched);
    if (event->type() != QEvent::Wheel || control == nullptr || control->hasFocus())
        return QWidget::eventFilter(watched, event);
    event->ignore();
    return true;
}

void SettingsWindow::restyle()
{
    const Theme& theme = Theme::instance();
    const int side = theme.px(16);
    layout()->setContentsMargins(side, side, side, side);
    layout()->setSpacing(theme.px(10));
    column_->setContentsMargins(0, 0, theme.px(6), 0);
    column_->setSpacing(theme.px(6));
    for (const Group& group : groups_) {
        group.title->setContentsMargins(theme.px(2), theme.px(8), 0, 0);
        group.card->layout()->setContentsMargins(theme.px(12), theme.px(10), theme.px(8),
                                                 theme.px(10));
        group.card->layout()->setSpacing(theme.px(14));
        for (const Row& row : group.rows) {
            row.box->layout()->setSpacing(theme.px(12));
            row.control->setFixedWidth(theme.px(kControl));
        }
    }
    setMinimumSize(theme.px(520), theme.px(320));
}

} // namespace mixscope
