#include "ui/export/table_writer.h"

#include <QIODevice>

#include <cmath>

namespace mixscope {

namespace {

constexpr int kFloatDigits = 9; // enough to read back the same 32-bit float

QByteArray quoted(const QString& text)
{
    QByteArray bytes = text.toUtf8();
    const bool plain = !bytes.contains(',') && !bytes.contains('"') && !bytes.contains('\n')
        && !bytes.contains('\r') && !bytes.startsWith(' ') && !bytes.endsWith(' ');
    if (plain) return bytes;
    return '"' + bytes.replace("\"", "\"\"") + '"';
}

} // namespace

TableWriter::TableWriter(QIODevice& out)
    : out_(out)
{
}

void TableWriter::comment(const QString& text)
{
    for (const QString& line : text.split(QLatin1Char('\n')))
        put("# " + line.toUtf8() + '\n');
}

void TableWriter::columns(const QStringList& names)
{
    for (const QString& name : names)
        putCell(quoted(name));
    put("\n");
    first_ = true;
}

TableWriter& TableWriter::cell(double value)
{
    putCell(std::isnan(value) ? QByteArray() : QByteArray::number(value, 'g', kFloatDigits));
    return *this;
}

TableWriter& TableWriter::cell(int value)
{
    putCell(QByteArray::number(value));
    return *this;
}

TableWriter& TableWriter::cell(const QString& text)
{
    putCell(quoted(text));
    return *this;
}

void TableWriter::endRow()
{
    put("\n");
    first_ = true;
    ++rows_;
}

void TableWriter::putCell(const QByteArray& bytes)
{
    if (!first_) put(",");
    first_ = false;
    put(bytes);
}

void TableWriter::put(const QByteArray& bytes)
{
    ok_ = ok_ && out_.write(bytes) == bytes.size();
}

} // namespace mixscope
