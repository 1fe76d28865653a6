#pragma once

#include <QWidget>

class QProgressBar;

namespace mixscope {

class Tag;
struct PrefillProgress;

/// "512/2,048 tokens · 3.1 s left" at the rate measured so far; without the time while there is no
/// rate.
QString prefillText(const PrefillProgress& progress);

/// How far the prompt is read. Hidden unless reading goes on. UI thread only.
class PrefillBar : public QWidget {
    Q_OBJECT
public:
    explicit PrefillBar(QWidget* parent);

    void show(const PrefillProgress& progress); ///< hides it when all is read
    void end();

private:
    void restyle();

    Tag* words_;
    QProgressBar* bar_;
};

} // namespace mixscope
