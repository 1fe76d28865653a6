#include "engine/model_info.h"
#include "engine/token_batch.h"
#include "ui/label_paint.h"
#include "ui/models/token_text.h"
#include "ui/models/transcript_text.h"
#include "ui/theme.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>

#include <gtest/gtest.h>

namespace mixscope {

namespace {

TokenInfo ofBytes(std::string bytes)
{
    TokenInfo token;
    token.id = 1;
    token.piece = "piece";
    token.bytes = std::move(bytes);
    return token;
}

QString label(std::string bytes)
{
    return tokenLabel(ofBytes(std::move(bytes)));
}

/// A label as it is drawn, black ground.
QImage drawn(const QString& text, Qt::Alignment align = Qt::AlignLeft)
{
    QImage image(120, 30, QImage::Format_RGB32);
    image.fill(Qt::black);
    QPainter painter(&image);
    painter.setFont(Theme::instance().font(14));
    painter.setPen(Qt::white);
    paintLabel(painter, QRectF(10, 5, 100, 20), align, text);
    return image;
}

/// First and last column with any ink.
std::pair<int, int> inked(const QImage& image)
{
    int first = -1, last = -1;
    for (int x = 0; x < image.width(); ++x) {
        for (int y = 0; y < image.height(); ++y) {
            if (image.pixel(x, y) == qRgb(0, 0, 0)) continue;
            if (first < 0) first = x;
            last = x;
        }
    }
    return {first, last};
}

} // namespace

TEST(TokenLabel, KeepsTextOfEveryScript)
{
    for (const char* text : {"Paris", "你好", "مرحبا", "שלום", "नमस्ते", "한국어", "e\u0301",
                             "👩\u200D👩\u200D👧", "❤\uFE0F", "🇫🇷"})
        EXPECT_EQ(label(text), QString::fromUtf8(text));
}

TEST(TokenLabel, NamesWhiteSpaceAndHidesSpacesAroundAWord)
{
    EXPECT_EQ(label("\n"), "⟨newline⟩");
    EXPECT_EQ(label("\n\n\n"), "⟨newline ×3⟩");
    EXPECT_EQ(label("\t"), "⟨tab⟩");
    EXPECT_EQ(label(" "), "⟨space⟩");
    EXPECT_EQ(label("    "), "⟨space ×4⟩");
    EXPECT_EQ(label(" Paris"), "Paris");
    EXPECT_EQ(label(" a b\n"), "a b⟨newline⟩");
    EXPECT_EQ(label("\u00A0"), "⟨no-break space⟩");
    EXPECT_EQ(tokenText(ofBytes(" Paris")), " Paris");
    EXPECT_EQ(tokenText(ofBytes(" ")), " ");
}

TEST(TokenLabel, NamesWhatCannotBeSeen)
{
    EXPECT_EQ(label(std::string("\0", 1)), "⟨NUL⟩");
    EXPECT_EQ(label("a\x1B[0m"), "a⟨ESC⟩[0m");
    EXPECT_EQ(label("\u200B"), "⟨ZWSP⟩");
    EXPECT_EQ(label("\u200D"), "⟨ZWJ⟩") << "joins nothing";
    EXPECT_EQ(label("👩\u200D"), "👩⟨ZWJ⟩") << "half of a family";
    EXPECT_EQ(label("\u202E"), "⟨RLO⟩");
    EXPECT_EQ(label("\uFEFFx"), "⟨BOM⟩x");
    EXPECT_EQ(label("\u0301"), "\u25CC\u0301") << "an accent alone gets a place to stand";
    EXPECT_EQ(label("\xEF\xB7\x90"), "⟨U+FDD0⟩");
    EXPECT_EQ(label("\uFFFD"), "⟨U+FFFD⟩") << "the character, not an odd byte";
    EXPECT_EQ(label("⟨x⟩"), "⟨U+27E8⟩x⟩") << "brackets of the text are not those of a name";
}

TEST(TokenLabel, WritesBytesThatAreNoCharacterInHex)
{
    EXPECT_EQ(label("\xE4"), "⟨E4⟩");
    EXPECT_EQ(label("\xE4\xBD"), "⟨E4⟩⟨BD⟩");
    EXPECT_EQ(label(" ab\xF0"), "ab⟨F0⟩");
    EXPECT_EQ(label("\xA0好"), "⟨A0⟩好");
    EXPECT_EQ(label("\xC0\xAF"), "⟨C0⟩⟨AF⟩") << "overlong";
    EXPECT_EQ(label("\x80\x80"), "⟨80 ×2⟩");
}

TEST(TokenLabel, KnowsSpecialsAndPiecesOfTheVocabulary)
{
    TokenInfo special;
    special.special = true;
    special.piece = "<|end|>";
    EXPECT_EQ(tokenLabel(special), "<|end|>");
    EXPECT_EQ(tokenLabel(TokenInfo {}), "–") << "a gap in the run";
    ModelInfo model;
    model.pieces = {"<s>", "▁the", "<0xE4>"};
    model.piece_bytes = {"", " the", "\xE4"};
    EXPECT_EQ(pieceLabel(model, 0), "<s>");
    EXPECT_EQ(pieceLabel(model, 1), "the");
    EXPECT_EQ(pieceLabel(model, 2), "⟨E4⟩");
    EXPECT_EQ(pieceLabel(model, 7), "#7");
}

TEST(TokenLabel, IsIsolatedInASentenceWhenItRunsFromRightToLeft)
{
    EXPECT_EQ(tokenInline(ofBytes(" Paris")), "Paris");
    EXPECT_EQ(tokenInline(ofBytes("שלום")), "\u2068שלום\u2069");
}

TEST(PaintLabel, DrawsABoxAroundAByteAndNoneAroundText)
{
    const QColor border = Theme::instance().palette().faint;
    const QImage byte = drawn("⟨E4⟩"), text = drawn("E4");
    const int middle = 15;
    const auto near = [&](const QColor& c) {
        return std::abs(c.red() - border.red()) + std::abs(c.green() - border.green())
            + std::abs(c.blue() - border.blue())
            < 30;
    };
    const int left = inked(byte).first, right = inked(byte).second;
    EXPECT_TRUE(near(byte.pixelColor(left, middle))) << "left side of the box";
    EXPECT_TRUE(near(byte.pixelColor(right, middle))) << "right side of the box";
    EXPECT_EQ(byte.pixelColor(left + 2, middle), Theme::instance().palette().raised)
        << "its ground";
    EXPECT_EQ(text.pixelColor(11, 7), QColor(Qt::black));
    EXPECT_NEAR(right - left + 1, labelWidth(Theme::instance().font(14), "⟨E4⟩") - 2, 1);
}

TEST(PaintLabel, StaysInItsBoxWhateverItDraws)
{
    for (const char* text : {"⟨E4⟩⟨BD⟩⟨A0⟩⟨E5⟩⟨A5⟩⟨BD⟩", "a long word that goes on and on",
                             "word⟨newline ×12⟩⟨tab⟩word", "你好你好你好你好你好你好你好你好",
                             "שלום שלום שלום שלום שלום"}) {
        for (const Qt::Alignment align : {Qt::AlignLeft, Qt::AlignRight, Qt::AlignHCenter}) {
            const auto [first, last] = inked(drawn(text, align));
            EXPECT_GE(first, 9) << text;
            EXPECT_LE(last, 111) << text;
        }
    }
}

TEST(PaintLabel, SetsTextFromRightToLeftAtTheSideThatIsAskedFor)
{
    const auto [first, last] = inked(drawn("שלום", Qt::AlignLeft));
    EXPECT_LT(first, 15);
    EXPECT_LT(last, 80);
}

namespace {

/// Bytes and text as the engine gives them.
TokenInfo token(std::string bytes, std::string text)
{
    TokenInfo info = ofBytes(std::move(bytes));
    info.text = std::move(text);
    return info;
}

} // namespace

TEST(TextJoiner, GivesACharacterOnceItIsWholeToAllTokensOfItsBytes)
{
    TextJoiner joiner;
    EXPECT_TRUE(joiner.push(3, token("\xE4", "")).empty());
    EXPECT_TRUE(joiner.push(4, token("\xBD", "")).empty());
    const auto pieces = joiner.push(5, token("\xA0", "你"));
    ASSERT_EQ(pieces.size(), 1U);
    EXPECT_EQ(pieces[0].text, "你");
    EXPECT_EQ(pieces[0].first, 3);
    EXPECT_EQ(pieces[0].token, 5);
}

TEST(TextJoiner, NamesTheByteOfTheTokenThatBrokeTheCharacter)
{
    TextJoiner joiner;
    EXPECT_TRUE(joiner.push(1, token("\xE4", "")).empty()) << "it may still become a character";
    const auto pieces = joiner.push(2, token(" a", "\uFFFD a"));
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_TRUE(pieces[0].boxed);
    EXPECT_EQ(pieces[0].text, "⟨E4⟩");
    EXPECT_EQ(pieces[0].token, 1);
    EXPECT_EQ(pieces[1].text, " a");
    EXPECT_EQ(pieces[1].token, 2);
}

TEST(TextJoiner, NamesWhatIsLeftAtTheEnd)
{
    TextJoiner joiner;
    joiner.push(1, token("\xE4", ""));
    joiner.push(2, token("\xBD", ""));
    const auto pieces = joiner.finish("\uFFFD\uFFFD");
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[0].text, "⟨E4⟩");
    EXPECT_EQ(pieces[0].token, 1);
    EXPECT_EQ(pieces[1].text, "⟨BD⟩");
    EXPECT_EQ(pieces[1].token, 2);
}

TEST(TextJoiner, LeavesTheReplacementCharacterOfATextAlone)
{
    TextJoiner joiner;
    const auto pieces = joiner.push(1, token("\uFFFD", "\uFFFD"));
    ASSERT_EQ(pieces.size(), 1U);
    EXPECT_FALSE(pieces[0].boxed);
    EXPECT_EQ(pieces[0].text, "\uFFFD");
}

TEST(TextJoiner, WaitsForWhatAStopStringHeldBack)
{
    TextJoiner joiner;
    EXPECT_TRUE(joiner.push(1, token("</", "")).empty());
    const auto pieces = joiner.push(2, token("b", "</b"));
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[0].token, 1);
    EXPECT_EQ(pieces[0].text, "</");
    EXPECT_EQ(pieces[1].token, 2);
}

} // namespace mixscope
