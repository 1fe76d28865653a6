#include "ui/models/token_text.h"

#include "engine/model_info.h"
#include "engine/token_batch.h"
#include "engine/utf8.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <array>
#include <iterator>

namespace mixscope {

namespace {

constexpr QChar kOpen(0x27E8), kClose(0x27E9), kTimes(0x00D7);
constexpr QChar kFirstStrongIsolate(0x2068), kPopIsolate(0x2069);
constexpr char32_t kDottedCircle = 0x25CC;

enum class Spaces { named, kept };

struct Name {
    char32_t character;
    const char* name;
};

// ASCII control characters by their standard abbreviations, the rest as people call them.
constexpr Name kNames[] = {
    {0x00, "NUL"},   {0x01, "SOH"},    {0x02, "STX"},    {0x03, "ETX"},   {0x04, "EOT"},
    {0x05, "ENQ"},   {0x06, "ACK"},    {0x07, "BEL"},    {0x08, "BS"},    {0x0B, "VT"},
    {0x0C, "FF"},    {0x0E, "SO"},     {0x0F, "SI"},     {0x10, "DLE"},   {0x11, "DC1"},
    {0x12, "DC2"},   {0x13, "DC3"},    {0x14, "DC4"},    {0x15, "NAK"},   {0x16, "SYN"},
    {0x17, "ETB"},   {0x18, "CAN"},    {0x19, "EM"},     {0x1A, "SUB"},   {0x1B, "ESC"},
    {0x1C, "FS"},    {0x1D, "GS"},     {0x1E, "RS"},     {0x1F, "US"},    {0x7F, "DEL"},
    {0xAD, "SHY"},   {0x200B, "ZWSP"}, {0x200C, "ZWNJ"}, {0x200D, "ZWJ"}, {0x200E, "LRM"},
    {0x200F, "RLM"}, {0x2028, "LS"},   {0x2029, "PS"},   {0x202A, "LRE"}, {0x202B, "RLE"},
    {0x202C, "PDF"}, {0x202D, "LRO"},  {0x202E, "RLO"},  {0x2060, "WJ"},  {0x2066, "LRI"},
    {0x2067, "RLI"}, {0x2068, "FSI"},  {0x2069, "PDI"},  {0xFEFF, "BOM"},
};
constexpr Name kWords[] = {
    {'\n', QT_TRANSLATE_NOOP("Token", "newline")},
    {'\t', QT_TRANSLATE_NOOP("Token", "tab")},
    {'\r', QT_TRANSLATE_NOOP("Token", "return")},
    {' ', QT_TRANSLATE_NOOP("Token", "space")},
    {0xA0, QT_TRANSLATE_NOOP("Token", "no-break space")},
    {0x3000, QT_TRANSLATE_NOOP("Token", "wide space")},
};

QString nameOf(char32_t character)
{
    const auto same = [character](const Name& each) { return each.character == character; };
    if (const auto word = std::find_if(std::begin(kWords), std::end(kWords), same);
        word != std::end(kWords))
        return QCoreApplication::translate("Token", word->name);
    const auto found = std::find_if(std::begin(kNames), std::end(kNames), same);
    return found != std::end(kNames)
        ? QString::fromLatin1(found->name)
        : QStringLiteral("U+%1").arg(uint(character), 4, 16, QLatin1Char('0')).toUpper();
}

QString boxed(const QString& name)
{
    return kOpen + name + kClose;
}

bool isNoncharacter(char32_t c)
{
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

/// Changes how its neighbours look and is nothing beside them: joiners, variation selectors, tags.
bool joins(char32_t c)
{
    return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F)
        || (c >= 0xE0020 && c <= 0xE007F) || (c >= 0xE0100 && c <= 0xE01EF);
}

/// Nothing to see when drawn, or not what one sees.
bool isNamed(char32_t c)
{
    if (c == kOpen.unicode() || c == 0xFFFC || c == 0xFFFD || isNoncharacter(c)) return true;
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_PrivateUse:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    case QChar::Separator_Space:
        return c != ' ';
    default:
        return joins(c);
    }
}

/// Writes one token, character by character; runs of the same name become one box.
class Writer {
public:
    void text(char32_t c, bool more)
    {
        const bool inside = after_ && (more || c >= 0xFE00); // a joiner needs both neighbours
        if (isNamed(c) && !(joins(c) && inside)) return name(nameOf(c));
        flush();
        if (!after_ && QChar::category(c) == QChar::Mark_NonSpacing)
            out_ += QString::fromUcs4(&kDottedCircle, 1); // so that an accent has a place
        out_ += QString::fromUcs4(&c, 1);
        after_ = true;
    }
    void name(const QString& name)
    {
        if (name != name_) flush();
        name_ = name;
        ++times_;
        after_ = false;
    }
    QString take()
    {
        flush();
        return out_;
    }

private:
    void flush()
    {
        if (times_ > 1) name_ += QStringLiteral(" %1%2").arg(kTimes).arg(times_);
        if (times_ > 0) out_ += boxed(name_);
        times_ = 0;
        name_.clear();
    }
    QString out_, name_;
    int times_ = 0;
    bool after_ = false; ///< the last thing written is a character
};

/// Of well-formed bytes of one character. (QString::fromUtf8 would drop a byte order mark.)
char32_t characterOf(std::string_view bytes)
{
    const unsigned first = static_cast<unsigned char>(bytes.front());
    char32_t out = bytes.size() == 1 ? first : first & (0x7FU >> bytes.size());
    for (const char byte : bytes.substr(1))
        out = out << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
    return out;
}

QString hexOf(char byte)
{
    const uint value = static_cast<unsigned char>(byte);
    return QStringLiteral("%1").arg(value, 2, 16, QLatin1Char('0')).toUpper();
}

QString readable(std::string_view bytes, Spaces spaces)
{
    const auto first = bytes.find_first_not_of(' ');
    const bool onlySpaces = first == std::string_view::npos;
    if (spaces == Spaces::named && !onlySpaces)
        bytes = bytes.substr(first, bytes.find_last_not_of(' ') + 1 - first);
    Writer writer;
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        if (length == 0)
            writer.name(hexOf(bytes.front()));
        else if (bytes.front() == ' ' && spaces == Spaces::named && onlySpaces)
            writer.name(nameOf(' '));
        else
            writer.text(characterOf(bytes.substr(0, length)), bytes.size() > length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return writer.take();
}

/// The name of a piece that adds nothing to a text, or whose bytes are not known.
QString pieceName(const std::string& piece)
{
    QString name = QString::fromStdString(piece);
    name.replace(QChar(0x2581), QLatin1Char(' ')); // how SentencePiece writes a space
    return readable(name.toStdString(), Spaces::named);
}

QString shown(const TokenInfo& token, Spaces spaces)
{
    if (!token.special && !token.bytes.empty()) return readable(token.bytes, spaces);
    if (!token.special && !token.text.empty()) return readable(token.text, spaces);
    return token.piece.empty() ? QStringLiteral("–") : pieceName(token.piece);
}

} // namespace

QString tokenLabel(const TokenInfo& token)
{
    return shown(token, Spaces::named);
}

QString tokenText(const TokenInfo& token)
{
    return shown(token, Spaces::kept);
}

QString tokenInline(const TokenInfo& token)
{
    return isolated(tokenLabel(token));
}

QString pieceLabel(const ModelInfo& model, TokenId id)
{
    if (id < 0 || std::size_t(id) >= model.pieces.size()) return QStringLiteral("#%1").arg(id);
    const auto at = std::size_t(id);
    const bool known = at < model.piece_bytes.size() && !model.piece_bytes[at].empty();
    return known ? readable(model.piece_bytes[at], Spaces::named) : pieceName(model.pieces[at]);
}

QString byteName(char byte)
{
    return boxed(hexOf(byte));
}

QString nameOfHidden(char32_t c)
{
    const bool control = QChar::category(c) == QChar::Other_Control && c != '\n' && c != '\t';
    const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool mark = c == 0x2028 || c == 0x2029 || c == 0xFFFC || isNoncharacter(c);
    return control || turns || mark ? boxed(nameOf(c)) : QString();
}

bool runsLeft(QStringView text)
{
    for (const char32_t c : text.toUcs4()) {
        const QChar::Direction direction = QChar::direction(c);
        if (direction == QChar::DirR || direction == QChar::DirAL) return true;
    }
    return false;
}

QString isolated(const QString& label)
{
    return runsLeft(label) ? kFirstStrongIsolate + label + kPopIsolate : label;
}

std::vector<LabelPart> labelParts(const QString& label)
{
    std::vector<LabelPart> parts;
    const auto add = [&](const QString& text, bool inBox) {
        if (!text.isEmpty()) parts.push_back({text, inBox});
    };
    qsizetype done = 0;
    for (qsizetype open = label.indexOf(kOpen); open >= 0; open = label.indexOf(kOpen, done)) {
        const qsizetype close = label.indexOf(kClose, open);
        if (close < 0) break;
        add(label.mid(done, open - done), false);
        add(label.mid(open + 1, close - open - 1), true);
        done = close + 1;
    }
    add(label.mid(done), false);
    return parts;
}

} // namespace mixscope
