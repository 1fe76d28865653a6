#pragma once

#include <QString>

#include <vector>

namespace mixscope {

class RunStore;

/// A message as it is read: its text, and which characters of it came from which token.
struct MessageText {
    /// Characters [begin, end) of `text` (UTF-16) are token `token`.
    struct Piece {
        int token;
        int begin;
        int end;
    };
    QString text;
    std::vector<Piece> pieces; ///< by token, in order; the rest of the text has no tokens yet
};

/// What a token adds to a text: nothing for special tokens.
QString visibleText(const RunStore& store, int token);

/// The text of a message as its tokens give it, without the space that a vocabulary puts before
/// the first word. What the tokens do not reach yet is taken from `content`.
MessageText messageText(const RunStore& store, int message, const QString& content);

} // namespace mixscope
