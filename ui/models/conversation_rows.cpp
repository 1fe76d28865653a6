#include "ui/models/conversation_rows.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr qsizetype kLongestTitle = 200;

struct SamplingField {
    const char* name;
    float Sampling::*value;
    float low, high;
};
constexpr SamplingField kFields[] = {
    {"temperature", &Sampling::temperature, 0.0F, 100.0F},
    {"top_p", &Sampling::top_p, 0.0F, 1.0F},
    {"min_p", &Sampling::min_p, 0.0F, 1.0F},
    {"repetition_penalty", &Sampling::repetition_penalty, 0.01F, 100.0F},
};

} // namespace

QByteArray blobOf(std::string_view text)
{
    // Not a null array, which would be written as NULL.
    return text.empty() ? QByteArray("") : QByteArray(text.data(), qsizetype(text.size()));
}

QByteArray blobOf(const std::vector<TokenId>& ids)
{
    QByteArray blob(qsizetype(ids.size() * sizeof(qint32)), Qt::Uninitialized);
    for (std::size_t i = 0; i < ids.size(); ++i)
        qToLittleEndian<qint32>(qint32(ids[i]), blob.data() + i * sizeof(qint32));
    return ids.empty() ? QByteArray("") : blob;
}

std::vector<TokenId> idsOf(const QByteArray& blob)
{
    if (blob.size() % qsizetype(sizeof(qint32)) != 0) return {};
    std::vector<TokenId> ids(std::size_t(blob.size()) / sizeof(qint32));
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = TokenId(qFromLittleEndian<qint32>(blob.constData() + i * sizeof(qint32)));
    return ids;
}

QString textOf(const Sampling& sampling)
{
    QJsonObject json;
    for (const SamplingField& field : kFields)
        json[field.name] = double(sampling.*field.value);
    json["top_k"] = sampling.top_k;
    json["seed"] = QString::number(sampling.seed); // 64 bits, which a JSON number may not hold
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

Sampling samplingOf(const QString& text)
{
    Sampling sampling;
    const QJsonObject json = QJsonDocument::fromJson(text.toUtf8()).object();
    for (const SamplingField& field : kFields) {
        const double value = json[field.name].toDouble(std::nan(""));
        if (value >= double(field.low) && value <= double(field.high))
            sampling.*field.value = float(value);
    }
    sampling.top_k = std::max(0, json["top_k"].toInt());
    sampling.seed = json["seed"].toString().toULongLong();
    return sampling;
}

QString titleOf(const QString& text)
{
    QString line;
    for (const QChar c : text.left(4 * kLongestTitle))
        line += c.isPrint() ? c : QChar(' '); // line ends and NUL too
    return line.simplified().left(kLongestTitle);
}

QString foldedText(const QString& text)
{
    QString folded = text.toCaseFolded();
    folded.remove(QChar(0)); // SQLite's functions on text end there
    return folded;
}

} // namespace mixscope
