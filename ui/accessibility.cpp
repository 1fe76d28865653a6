#include "ui/accessibility.h"

#include "ui/panels/text_surface.h"

#include <QAbstractItemView>
#include <QAccessible>
#include <QAccessibleWidget>
#include <QComboBox>

namespace mixscope {

namespace {

constexpr const char* kDrawn = "drawn";

/// Text that can be read but not edited, for widgets that only paint it.
class ReadableText : public QAccessibleTextInterface {
public:
    virtual QString content() const = 0;

    void selection(int, int* start, int* end) const override { *start = *end = 0; }
    int selectionCount() const override { return 0; }
    void addSelection(int, int) override { }
    void removeSelection(int) override { }
    void setSelection(int, int, int) override { }
    int cursorPosition() const override { return 0; }
    void setCursorPosition(int) override { }
    QString text(int start, int end) const override { return content().mid(start, end - start); }
    int characterCount() const override { return int(content().size()); }
    QRect characterRect(int) const override { return {}; }
    int offsetAtPoint(const QPoint&) const override { return -1; }
    void scrollToSubstring(int, int) override { }
    QString attributes(int, int* start, int* end) const override
    {
        *start = 0;
        *end = characterCount();
        return {};
    }
};

class TextAccess final : public QAccessibleWidget, public ReadableText {
public:
    explicit TextAccess(TextSurface* surface)
        : QAccessibleWidget(surface, QAccessible::StaticText)
        , surface_(surface)
    {
    }
    QString content() const override { return surface_->plainText(); }
    QString text(QAccessible::Text what) const override { return QAccessibleWidget::text(what); }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        if (type == QAccessible::TextInterface) return static_cast<QAccessibleTextInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }
    using ReadableText::text;

private:
    TextSurface* surface_;
};

/// Qt gives a combo box its current text as name, which hides what it is for.
class ComboAccess final : public QAccessibleWidget, public ReadableText {
public:
    explicit ComboAccess(QComboBox* box)
        : QAccessibleWidget(box, QAccessible::ComboBox, box->accessibleName())
        , box_(box)
    {
    }
    QString content() const override { return box_->currentText(); }
    QString text(QAccessible::Text what) const override
    {
        if (what == QAccessible::Name) return box_->accessibleName();
        return what == QAccessible::Value ? content() : QAccessibleWidget::text(what);
    }
    using ReadableText::text;

    int childCount() const override { return 1; }
    QAccessibleInterface* child(int index) const override
    {
        return index == 0 ? QAccessible::queryAccessibleInterface(box_->view()) : nullptr;
    }
    int indexOfChild(const QAccessibleInterface* child) const override
    {
        return child != nullptr && child->object() == box_->view() ? 0 : -1;
    }

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.expandable = true;
        state.expanded = box_->view()->isVisible();
        return state;
    }
    QStringList actionNames() const override { return {showMenuAction(), pressAction()}; }
    void doAction(const QString&) override
    {
        box_->view()->isVisible() ? box_->hidePopup() : box_->showPopup();
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        if (type == QAccessible::TextInterface) return static_cast<QAccessibleTextInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }

private:
    QComboBox* box_;
};

/// A widget that draws what it means: name and description, nothing inside.
class DrawnAccess final : public QAccessibleWidget {
public:
    explicit DrawnAccess(QWidget* widget)
        : QAccessibleWidget(widget, QAccessible::Graphic)
    {
    }
    int childCount() const override { return 0; }
    QAccessibleInterface* child(int) const override { return nullptr; }
};

QAccessibleInterface* make(const QString& className, QObject* object)
{
    auto* widget = qobject_cast<QWidget*>(object);
    if (widget == nullptr) return nullptr;
    if (className == QLatin1String("QComboBox"))
        return new ComboAccess(static_cast<QComboBox*>(widget));
    if (auto* surface = qobject_cast<TextSurface*>(widget)) return new TextAccess(surface);
    return widget->property(kDrawn).toBool() ? new DrawnAccess(widget) : nullptr;
}

} // namespace

void installAccessibility()
{
    QAccessible::installFactory(make);
}

void nameDrawn(QWidget& widget, const QString& name)
{
    widget.setProperty(kDrawn, true);
    widget.setAccessibleName(name);
}

} // namespace mixscope
