/// What a store's error says, for users. Private.
#pragma once
#include <arrow/status.h>

#include <filesystem>
#include <string>

namespace reszoo {

/// Says why a request failed: "access is denied (…); keys are taken from …".
std::string remote_reason(const std::filesystem::path& url, const arrow::Status& status);

/// Throws the Error (file) of a request that failed, which begins with the URL.
[[noreturn]] void fail_remote(const std::filesystem::path& url, const arrow::Status& status);

/// Returns whether the same request may succeed later: the connection was lost, the store is busy.
bool may_succeed_later(const arrow::Status& status);

}  // namespace reszoo
