#pragma once

#include "engine/result.h"
#include "ui/models/conversation_store.h"

#include <QByteArray>

namespace mixscope {

/// A conversation for people: a heading for each message, its text as it is.
QByteArray markdownOf(const StoredConversation& conversation);
/// A conversation for programs: everything that is kept of it. Text that is no valid UTF-8 is
/// there once as readable as it can be and once exactly, as `content_base64`.
QByteArray jsonOf(const StoredConversation& conversation);
/// Writes one of the two by the file's ending (.md, .json), whole or not at all.
/// Errors: bad_argument for another ending, io.
Result<void> exportConversation(const StoredConversation& conversation, const QString& path);

} // namespace mixscope
