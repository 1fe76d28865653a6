#pragma once

#include <QString>

#include <string>
#include <vector>

namespace mixscope {

class RunStore;
struct TokenInfo;

/// A stretch of text and the token it came from. A character whose bytes come from several tokens
/// is given once, to the last of them; `first` is then the first of them.
struct TextPiece {
    int token = -1;
    int first = -1; ///< tokens first … token have a byte of it
    QString text;
    bool boxed = false; ///< ⟨E4⟩: a byte that is no character, or one that cannot be seen
};

/// Puts tokens together as text. What the engine says is complete comes out, byte for byte of the
/// token it belongs to: a character is never seen in halves, and bytes that never become one are
/// named. One per message; tokens in order.
class TextJoiner {
public:
    /// What can be read once this token is there; nothing for special tokens.
    std::vector<TextPiece> push(int token, const TokenInfo& info);
    /// The rest of a message whose content goes on with `tail` after all tokens.
    std::vector<TextPiece> finish(const QString& tail);

private:
    void take(std::vector<TextPiece>& out);
    void takeSome(std::vector<TextPiece>& out, int count, const QString& text, bool boxed);
    std::string bytes_; ///< that are not in a text yet
    std::vector<int> owners_; ///< token of each of them
    QString ready_; ///< what the engine says is complete and has not come out
};

/// A message as it is read: its text, and which characters of it came from which token.
struct MessageText {
    QString text; ///< as the engine has it: a byte that is no character is U+FFFD
    std::vector<TextPiece> pieces; ///< in order; the last one may have no token: not read yet
    TextJoiner joiner; ///< for the tokens that come next
};

/// The text of a message as its tokens give it, without the space that a vocabulary puts before
/// the first word. What the tokens do not reach yet is taken from `content`.
MessageText messageText(const RunStore& store, int message, const QString& content);

} // namespace mixscope
