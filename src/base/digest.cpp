#include "reszoo/base/digest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <memory>

namespace reszoo {

std::string digest_of(const std::vector<std::string_view>& pieces) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(hash.get());
  for (const auto piece : pieces) XXH3_128bits_update(hash.get(), piece.data(), piece.size());
  const auto digest = XXH3_128bits_digest(hash.get());
  return fmt::format("{:016x}{:016x}", digest.high64, digest.low64);
}

}  // namespace reszoo
