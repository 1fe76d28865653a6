#pragma once

#include <QString>
#include <QStringList>

class QIODevice;

namespace mixscope {

/// Writes a table as CSV (RFC 4180, UTF-8, C locale) while it is made, so that a map of millions
/// of cells needs no memory. Comments and columns come first, then rows cell by cell.
class TableWriter {
public:
    explicit TableWriter(QIODevice& out);

    /// "# …" lines before the columns: what was measured and by which program.
    void comment(const QString& text);
    /// Names of the columns, with units in brackets: "time [ms]".
    void columns(const QStringList& names);
    /// The next cell of the row. Numbers keep the digits that tell two floats apart; NaN, which
    /// stands for "not captured", is an empty cell.
    TableWriter& cell(double value);
    TableWriter& cell(int value);
    TableWriter& cell(const QString& text);
    void endRow();

    qsizetype rows() const { return rows_; }
    /// False when the device did not take everything.
    bool ok() const { return ok_; }

private:
    void put(const QByteArray& bytes);
    void putCell(const QByteArray& bytes);

    QIODevice& out_;
    qsizetype rows_ = 0;
    bool first_ = true;
    bool ok_ = true;
};

} // namespace mixscope
