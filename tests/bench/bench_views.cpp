// What the views cost the GUI thread with a long conversation: refresh() and the redraw that
// follows, a hover, and panning and zooming the attention map. CPU time of the GUI thread,
// offscreen, software rendering. First the attention map alone at 512, 2 048 and 4 096 tokens.
//
//   bench_views [tokens]
#include "tests/ui/view_stage.h"

#include <QApplication>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace mixscope {
namespace {

using namespace view_data;

/// CPU time of the GUI thread: what a busy neighbour takes does not count.
double now_ms()
{
    timespec time {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

/// Everything that a change has set off: queued redraws, then the painting.
void draw_all()
{
    for (int turn = 0; turn < 4; ++turn)
        QCoreApplication::processEvents();
}

template <class F> double time_ms(F&& f)
{
    const double start = now_ms();
    f();
    return now_ms() - start;
}

struct Times {
    std::vector<double> all;
    void add(double ms) { all.push_back(ms); }
    double at(double part)
    {
        std::sort(all.begin(), all.end());
        return all.empty() ? 0.0 : all[std::size_t(part * double(all.size() - 1))];
    }
};

/// Weights that cost little to make: the first token, the last four, and a far stripe.
Source cheap()
{
    Source source = plausible();
    source.weight = [](int, int head, int query, int key) {
        if (key == 0) return 0.5F;
        if (query - key < 4) return 0.2F;
        return (query - key) % 37 == head ? 0.01F : 1e-5F;
    };
    return source;
}

void follow(FakeRun& run, Stage& stage, const char* id, int per_tick)
{
    Times refresh, redraw;
    for (int tick = 0; tick < 30; ++tick) {
        run.decode(per_tick);
        refresh.add(time_ms([&] { stage.view->refresh(); }));
        redraw.add(time_ms(draw_all));
    }
    std::printf("%-10s  +%-2d tokens a tick   refresh %6.2f ms (worst %6.2f)   redraw %6.2f ms "
                "(worst %6.2f)\n",
                id, per_tick, refresh.at(0.5), refresh.at(1), redraw.at(0.5), redraw.at(1));
}

void first_look(FakeRun& run, Stage& stage, const char* id)
{
    run.selection.setHead((run.selection.head() + 1) % kHeads);
    Times refresh;
    double total = 0;
    for (int i = 0; i < 40; ++i) {
        refresh.add(time_ms([&] { stage.view->refresh(); }));
        total += time_ms(draw_all);
    }
    std::printf(
        "%-10s  another head       refresh worst %6.2f ms, 40 refreshes with redraws %6.1f ms\n",
        id, refresh.at(1), total + 40 * refresh.at(0.5));
}

void hover(FakeRun& run, Stage& stage, const char* id)
{
    Times times;
    for (int i = 0; i < 60; ++i) {
        run.selection.hoverToken(run.store.tokens() / 2 + i * 3);
        times.add(time_ms(draw_all));
    }
    run.selection.hoverToken(-1);
    spin(5);
    std::printf("%-10s  hover to highlight %6.2f ms (worst %6.2f)\n", id, times.at(0.5),
                times.at(1));
    (void)stage;
}

/// One frame of the map for each call: what a wheel notch or a step of a drag sets off.
void map_frames(Stage& stage, const char* what, int frames,
                const std::function<QRectF(const QRectF&, int)>& window)
{
    PlotArea* map = stage.plot("Attention map");
    const QRectF all = map->window();
    Times times;
    for (int i = 0; i < frames; ++i) {
        times.add(time_ms([&] {
            map->showWindow(window(all, i));
            draw_all();
        }));
    }
    map->fit();
    spin(5);
    std::printf("attention   %-18s %6.2f ms a frame (worst %6.2f): %.0f frames/s\n", what,
                times.at(0.5), times.at(1), 1000.0 / times.at(0.5));
}

void pan_and_zoom(Stage& stage)
{
    map_frames(stage, "panning", 120, [](const QRectF& all, int i) {
        const double side = all.width() * 0.5, at = side * (i % 60) / 60.0;
        return QRectF(at * (i % 2 == 0 ? 1.0 : 0.9), at, side, side);
    });
    map_frames(stage, "zooming", 120, [](const QRectF& all, int i) {
        const double side = std::max(16.0, all.width() * std::pow(0.93, i));
        return QRectF((all.width() - side) * 0.4, (all.height() - side) * 0.6, side, side);
    });
}

void grow_to(FakeRun& run, int tokens)
{
    if (run.store.tokens() == 0) run.prompt(64);
    while (run.store.tokens() < tokens - 64)
        run.prefill(std::min(64, tokens - 64 - run.store.tokens()));
    run.decode(std::max(0, tokens - run.store.tokens()));
}

/// The attention map alone, at growing lengths: what does a token, a pan, a zoom cost?
void attention_map(int most)
{
    FakeRun run(cheap());
    run.selection.setLayer(3);
    run.selection.setHead(2);
    for (const int tokens : {512, 2048, 4096}) {
        if (tokens > most) continue;
        grow_to(run, tokens);
        Stage stage(run, "attention");
        for (int i = 0; i < 60; ++i)
            stage.settle();
        std::printf("attention map, %d tokens\n", run.store.tokens());
        follow(run, stage, "attention", 1);
        pan_and_zoom(stage);
    }
}

int run_all(int tokens)
{
    attention_map(tokens);
    FakeRun run(cheap());
    run.selection.setLayer(3);
    run.selection.setHead(2);
    grow_to(run, tokens);
    std::printf("%d tokens, attention of %d heads; view 1000 x 700\n", run.store.tokens(), kHeads);
    for (const ViewInfo& info : viewTable()) {
        const std::string id = info.id;
        run.selection.setLayer(id == "attention" || id == "time" ? 3 : 2);
        Stage stage(run, info.id);
        for (int i = 0; i < 60; ++i)
            stage.settle();
        first_look(run, stage, info.id);
        follow(run, stage, info.id, 1);
        follow(run, stage, info.id, 43);
        hover(run, stage, info.id);
    }
    return 0;
}

} // namespace
} // namespace mixscope

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    mixscope::Theme::instance().install(application);
    return mixscope::run_all(argc > 1 ? std::max(200, std::atoi(argv[1])) : 4096);
}
