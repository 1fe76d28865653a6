#pragma once

class QString;
class QWidget;

namespace mixscope {

/// Makes the window speak: combo boxes get their label as name and their text as value, painted
/// texts (Status, Inspector) can be read, drawn views are graphics with name and description.
/// Call once, before the first window is shown.
void installAccessibility();

/// Names a widget that draws what it means: a graphic for screen readers, whose description says
/// what is seen. It is marked before it is named, as the first name makes them ask what it is.
void nameDrawn(QWidget& widget, const QString& name);

} // namespace mixscope
