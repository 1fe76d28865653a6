#pragma once

#include "ui/models/conversation_store.h"

#include <QByteArray>

namespace mixscope {

/// How the parts of a conversation are written into columns and read back. What a column cannot
/// have meant reads as the default.
QByteArray blobOf(std::string_view text);
QByteArray blobOf(const std::vector<TokenId>& ids); ///< 4 bytes each, lowest first
std::vector<TokenId> idsOf(const QByteArray& blob);
QString textOf(const Sampling& sampling); ///< JSON
Sampling samplingOf(const QString& text);
/// One line of at most 200 characters without control characters.
QString titleOf(const QString& text);
/// What two texts have in common when they differ in case only.
QString foldedText(const QString& text);

} // namespace mixscope
