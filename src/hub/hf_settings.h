/// The environment variables of the Python package huggingface_hub.
#pragma once
#include <string>

namespace reszoo {

/// Returns the URL of the Hub, without a slash at its end: $HF_ENDPOINT if that is set.
/// Throws: Error (usage) if that is not a URL.
std::string hub_endpoint();

/// Returns the access token: $HF_TOKEN, else the content of $HF_TOKEN_PATH or $HF_HOME/token; "" if there is none, or
/// $HF_HUB_DISABLE_IMPLICIT_TOKEN is set.
/// Throws: Error (usage) for a token that cannot be sent.
std::string hub_token();

/// Whether $HF_HUB_OFFLINE or $TRANSFORMERS_OFFLINE forbids to connect.
bool hub_is_offline();

}  // namespace reszoo
