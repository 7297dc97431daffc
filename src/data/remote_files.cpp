#include "reszoo/data/remote_files.h"

#include <arrow/buffer.h>

#include <algorithm>

#include "arrow_frame.h"
#include "remote_store.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

void copy_remote(const std::string& url, const std::filesystem::path& to) {
  constexpr int64_t kPiece = int64_t{8} << 20;  // bytes
  const auto plain = plain_url(url);
  const auto from = open_remote(plain);
  AtomicFile file(to);
  for (;;) {
    const auto piece = value_of(from->Read(kPiece), plain.string());
    if (piece->size() == 0) break;
    file.write({reinterpret_cast<const char*>(piece->data()), static_cast<size_t>(piece->size())});
  }
  file.finish();
}

}  // namespace

void register_remote_files() {
  for (const auto scheme : kStoreSchemes) register_scheme(std::string(scheme), copy_remote);
}

}  // namespace reszoo
