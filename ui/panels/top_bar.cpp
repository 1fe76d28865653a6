#include "ui/panels/top_bar.h"

#include "ui/icons.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/panels/panel.h"
#include "ui/panels/sampling_panel.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>

#include <functional>
#include <initializer_list>

namespace mixscope {

namespace {

constexpr int kWordmark = 104; // width of glyph and name
constexpr int kMark = 34; // of the glyph alone
constexpr ProbeLevel kLevels[] = {ProbeLevel::off, ProbeLevel::light, ProbeLevel::standard,
                                  ProbeLevel::full};

QString capital(const QString& word)
{
    return word.left(1).toUpper() + word.mid(1);
}

} // namespace

TopBar::TopBar(RunStore& store, Conversation& conversation, EngineControls& controls,
               QWidget* parent)
    : QFrame(parent)
    , store_(store)
    , conversation_(conversation)
    , controls_(controls)
    , menus_(new QMenuBar(this))
{
    setObjectName("topBar");
    // What does not fit a narrow window is left out by resizeEvent, so it must be let shrink.
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    menus_->setNativeMenuBar(false);
    makeRun();
    makePace();
    makeChoices();
    layOut();
    connect(&Theme::instance(), &Theme::changed, this, &TopBar::restyle);
    for (const auto signal :
         {&Conversation::changed, &Conversation::busyChanged, &Conversation::samplingChanged}) {
        connect(&conversation_, signal, this, &TopBar::refresh);
    }
    connect(&controls_, &EngineControls::pausedChanged, this, &TopBar::refresh);
    connect(&controls_, &EngineControls::levelChanged, this, &TopBar::refresh);
    restyle();
}

void TopBar::makeRun()
{
    const auto button = [this](const QString& text) {
        auto* made = new QPushButton(text, this);
        made->setAccessibleName(text);
        return made;
    };
    run_ = button(tr("Run"));
    stop_ = button(tr("Stop"));
    pause_ = button(tr("Pause"));
    step_ = button(tr("Token"));
    sampling_ = button(tr("Sampling"));
    run_->setToolTip(tr("Send what is written, or go on with the last reply"));
    step_->setToolTip(tr("Let one token through (N)"));
    sampling_->setToolTip(tr("How the next token is chosen"));
    connect(run_, &QPushButton::clicked, this, &TopBar::runWanted);
    connect(stop_, &QPushButton::clicked, &conversation_, &Conversation::stop);
    // Its name says what it does next: a state beside that would say the opposite.
    connect(pause_, &QPushButton::clicked, this, [this] {
        controls_.setPaused(!controls_.paused());
        refresh(); // whoever pressed it hears the new name at once
    });
    connect(step_, &QPushButton::clicked, &controls_, &EngineControls::step);
    samplingPanel_ = new SamplingPanel(conversation_, this);
    connect(sampling_, &QPushButton::clicked, this,
            [this] { samplingPanel_->openBelow(sampling_); });
}

void TopBar::makePace()
{
    paceTag_ = new Tag(tr("Pace"), this);
    paceValue_ = new Tag({}, this);
    paceValue_->setMono(true);
    paceValue_->setRole("text");
    paceValue_->reserve("1000/s");
    pace_ = new QSlider(Qt::Horizontal, this);
    pace_->setAccessibleName(tr("Pace"));
    pace_->setRange(0, int(EngineControls::kPaces.size()) - 1);
    pace_->setPageStep(1);
    pace_->setValue(controls_.paceStop());
    connect(pace_, &QSlider::valueChanged, &controls_, &EngineControls::setPaceStop);
    connect(&controls_, &EngineControls::paceChanged, this, &TopBar::showPace);
}

void TopBar::makeChoices()
{
    probesTag_ = new Tag(tr("Probes"), this);
    overhead_ = new Tag({}, this);
    overhead_->setMono(true);
    overhead_->setRole("ok");
    overhead_->reserve("+10.0 %");
    probes_ = new QComboBox(this);
    probes_->setAccessibleName(tr("Probes"));
    probes_->setToolTip(tr("How much is looked at inside the model, and what looking costs"));
    for (const ProbeLevel level : kLevels)
        probes_->addItem(capital(name_of(level)));
    connect(probes_, &QComboBox::currentIndexChanged, this,
            [this](int row) { controls_.setLevel(kLevels[row]); });
    theme_ = new QComboBox(this);
    themeTag_ = new Tag(tr("Theme"), this);
    theme_->setAccessibleName(tr("Theme"));
    for (const QString& name : Theme::instance().names())
        theme_->addItem(capital(name), name);
    connect(theme_, &QComboBox::currentIndexChanged, this,
            [this](int row) { Theme::instance().setTheme(theme_->itemData(row).toString()); });
}

void TopBar::layOut()
{
    auto* row = new QHBoxLayout(this);
    row->addWidget(menus_, 0, Qt::AlignVCenter);
    row->addStretch(1);
    const std::initializer_list<QWidget*> widgets {
        run_,    stop_,      pause_,  step_,     nullptr, paceTag_,
        pace_,   paceValue_, nullptr, sampling_, nullptr, probesTag_,
        probes_, overhead_,  nullptr, themeTag_, theme_};
    for (QWidget* widget : widgets) {
        if (widget != nullptr)
            row->addWidget(widget);
        else
            row->addSpacing(Theme::instance().px(6));
    }
}

void TopBar::refresh()
{
    const bool busy = conversation_.busy();
    const bool paused = controls_.paused();
    run_->setVisible(!busy);
    run_->setEnabled(store_.model() != nullptr && (promptReady_ || conversation_.canContinue()));
    stop_->setVisible(busy);
    pause_->setEnabled(busy || paused);
    pause_->setText(paused ? tr("Resume") : tr("Pause"));
    pause_->setAccessibleName(pause_->text());
    pause_->setAccessibleDescription(paused     ? tr("the model waits")
                                         : busy ? tr("the model writes")
                                                : tr("nothing is being written"));
    step_->setEnabled(busy);
    if (!brief_) sampling_->setText(SamplingPanel::summary(conversation_.sampling()));
    // What it says may have grown since the last fit.
    if (!theme_->isHidden() && layout()->sizeHint().width() > width()) fit();
    const double share = store_.probeShare();
    overhead_->setText(share > 0.0 && controls_.level() != ProbeLevel::off
                           ? QStringLiteral("+%1 %").arg(100.0 * share, 0, 'f', 1)
                           : QString());
    overhead_->setRole(share > 0.05 ? "warn" : "ok");
    const QSignalBlocker quietProbes(probes_), quietTheme(theme_);
    probes_->setCurrentIndex(int(controls_.level()));
    theme_->setCurrentIndex(theme_->findData(Theme::instance().name()));
}

void TopBar::setPromptReady(bool ready)
{
    promptReady_ = ready;
    refresh();
}

void TopBar::showPace()
{
    const double pace = controls_.pace();
    paceValue_->setText(pace > 0.0 ? QStringLiteral("%1/s").arg(pace) : tr("full"));
    pace_->setAccessibleDescription(pace > 0.0 ? tr("%1 tokens per second").arg(pace)
                                               : tr("full speed"));
    const QSignalBlocker quiet(pace_);
    pace_->setValue(controls_.paceStop());
}

void TopBar::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    setFixedHeight(theme.px(48));
    layout()->setSpacing(theme.px(6));
    pace_->setFixedWidth(theme.px(84));
    const int size = theme.px(12);
    run_->setIcon(icon("run", colors.ok, size));
    stop_->setIcon(icon("stop", colors.warn, size));
    for (QPushButton* button : {run_, stop_})
        button->setIconSize(QSize(size, size));
    sampling_->setFont(theme.mono(11));
    showPace();
    refresh();
    fit();
    update();
}

void TopBar::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    fit();
}

void TopBar::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    fit(); // now the controls know their sizes
}

void TopBar::fit()
{
    const Theme& theme = Theme::instance();
    const auto place = [&] {
        layout()->setContentsMargins(theme.px(named_ ? kWordmark : kMark) + theme.px(12), 0,
                                     theme.px(12), 0);
        layout()->invalidate();
        return layout()->sizeHint().width() <= width();
    };
    const std::initializer_list<QWidget*> optional {
        themeTag_, probesTag_, paceTag_, overhead_, theme_, paceValue_, probes_, pace_, step_};
    for (QWidget* widget : optional)
        widget->show();
    named_ = true;
    brief_ = false;
    sampling_->setText(SamplingPanel::summary(conversation_.sampling()));
    // Words that only repeat go first, then what has another place in the window.
    for (const auto& save : std::initializer_list<std::function<void()>> {
             [&] { themeTag_->hide(); }, [&] { probesTag_->hide(); }, [&] { paceTag_->hide(); },
             [&] { named_ = false; }, [&] { overhead_->hide(); },
             [&] { brief_ = true, sampling_->setText(tr("Sampling")); }, [&] { theme_->hide(); },
             [&] { probes_->hide(); }, [&] { pace_->hide(), paceValue_->hide(); },
             [&] { step_->hide(); }}) {
        if (place()) break;
        save();
    }
    place();
}

void TopBar::paintEvent(QPaintEvent* event)
{
    QFrame::paintEvent(event);
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double tall = theme.px(15), wide = tall * 28 / 16;
    drawIcon(painter, QRectF(theme.px(12), (height() - tall) / 2, wide, tall), "mixscope",
             theme.palette().ssm);
    if (!named_) return;
    painter.setFont(theme.font(14, 700));
    painter.setPen(theme.palette().text);
    painter.drawText(rect().adjusted(int(wide) + theme.px(20), 0, 0, 0), Qt::AlignVCenter,
                     "Mixscope");
}

} // namespace mixscope
