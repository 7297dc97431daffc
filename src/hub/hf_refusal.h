/// What users are told if the Hugging Face Hub does not give a file.
#pragma once
#include <string>

#include "hf_head.h"
#include "reszoo/hub/hf_hub.h"

namespace reszoo {

/// Throws the Error (file) for an answer that is neither good nor "no such file": a repository or revision that does
/// not exist, a licence to accept, a token that is missing or refused. Returns if it is none of these.
void refuse(const HubRepository& repository, const HubAnswer& answer, bool has_token);

}  // namespace reszoo
