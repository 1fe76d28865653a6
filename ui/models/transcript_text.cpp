#include "ui/models/transcript_text.h"

#include "ui/models/run_store.h"

namespace mixscope {

QString visibleText(const RunStore& store, int token)
{
    const TokenInfo& info = store.token(token);
    return info.special ? QString() : QString::fromStdString(info.text);
}

MessageText messageText(const RunStore& store, int message, const QString& content)
{
    MessageText out;
    for (int token = 0; token < store.tokens(); ++token) {
        if (store.messageOf(token) != message) continue;
        QString text = visibleText(store, token);
        if (out.text.isEmpty() && text.startsWith(' ') && !content.startsWith(' '))
            text.remove(0, 1);
        const int begin = int(out.text.size());
        out.text += text;
        if (!text.isEmpty()) out.pieces.push_back({token, begin, int(out.text.size())});
    }
    if (content.startsWith(out.text)) out.text = content;
    return out;
}

} // namespace mixscope
