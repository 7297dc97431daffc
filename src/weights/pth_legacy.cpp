#include "pth_legacy.h"

#include <cstring>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kMagic = "l\xfc\x9c\x46\xf9 j\xa8P\x19";  // 0x1950a86a20f9469cfc6c, little endian
constexpr int64_t kProtocol = 1001;

}  // namespace

template <typename... Args>
void LegacyFile::reject(fmt::format_string<Args...> format, Args&&... args) const {
  fail(ErrorKind::file, "{}: {}", source_, fmt::format(format, std::forward<Args>(args)...));
}

LegacyFile::LegacyFile(Bytes bytes, const std::string& source) : bytes_(std::move(bytes)), source_(source) {
  const auto magic = next_pickle();
  if (magic[magic.root].kind != Kind::large || magic[magic.root].text != kMagic)
    reject("is a pickle, but not a file of torch.save");
  const auto protocol = next_pickle();
  if (protocol[protocol.root].kind != Kind::integer || protocol[protocol.root].integer != kProtocol)
    reject("is written by a torch.save that is not known, its protocol is not {}", kProtocol);
  check_system(next_pickle());
  pickle_ = next_pickle();
  find_storages(next_pickle());
}

Pickle LegacyFile::next_pickle() {
  auto pickle = read_pickle(bytes_.view().substr(at_), source_);
  at_ += pickle.size;
  return pickle;
}

void LegacyFile::check_system(const Pickle& system) const {
  const auto& items = system[system.root].items;
  for (size_t i = 0; i + 1 < items.size(); i += 2)
    if (system[items[i]].text == "little_endian" && system[items[i + 1]].integer == 0)
      reject("its numbers are big endian, which is not read; save it again on a little-endian machine");
}

void LegacyFile::find_storages(const Pickle& order) {
  std::unordered_map<std::string_view, StorageClaim> claims;
  for (const auto& value : pickle_.values) {
    if (value.kind != Kind::persistent || !is_storage(pickle_, value)) continue;
    const auto claim = read_claim(pickle_, value, source_);
    const auto [known, is_new] = claims.emplace(claim.key, claim);
    if (!is_new && (known->second.type != claim.type || known->second.count != claim.count))
      reject("storage \"{}\" is described twice, differently", escaped(claim.key));
  }
  if (order[order.root].kind != Kind::list) reject("the order of the storages must be a list");
  for (const auto item : order[order.root].items) {
    const auto claim = claims.find(order[item].text);
    if (claim == claims.end()) reject("storage \"{}\" is in no tensor", escaped(order[item].text));
    uint64_t count = 0;
    if (bytes_.size() - at_ < sizeof count) reject("is cut off at byte {}", at_);
    std::memcpy(&count, bytes_.view().data() + at_, sizeof count);
    at_ += sizeof count;
    const uint64_t element = c10::elementSize(claim->second.type);
    if (count != claim->second.count)
      reject("storage \"{}\" has two sizes, {} and {}", escaped(claim->first), claim->second.count, count);
    if (count > (bytes_.size() - at_) / element) reject("is cut off in storage \"{}\"", escaped(claim->first));
    if (!storages_.emplace(claim->first, bytes_.part(at_, count * element)).second)
      reject("storage \"{}\" is there twice", escaped(claim->first));
    at_ += count * element;
  }
  if (at_ != bytes_.size()) reject("{} bytes at the end belong to no storage", bytes_.size() - at_);
}

Bytes LegacyFile::storage(const StorageClaim& claim) const {
  const auto found = storages_.find(claim.key);
  if (found == storages_.end()) reject("storage \"{}\" is not there", escaped(claim.key));
  return found->second;
}

}  // namespace reszoo
