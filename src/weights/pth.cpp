#include "reszoo/weights/pth.h"

#include "archive.h"
#include "pickled_state.h"
#include "pth_legacy.h"
#include "reszoo/base/error.h"
#include "stored_tensors.h"

namespace reszoo {
namespace {

PickledTensors tensors_of(StoredTensors& tensors) {
  return {[&](PickleRef place) { return tensors.is_tensor(place); },
          [&](PickleRef place) { return tensors.rank(place); },
          [&](PickleRef place, const std::string& key) { return tensors.make(place, key); }};
}

StateDict read_zip(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  Archive archive(bytes, source, options.verify);
  const auto stream = archive.read("data.pkl");
  const auto pickle = read_pickle(stream.view(), source);
  StoredTensors tensors(pickle, source, archive.tensor_limit(),
                        [&](const StorageClaim& claim) { return archive.read("data/" + std::string(claim.key)); });
  return pickled_state(pickle, tensors_of(tensors), source, options);
}

StateDict read_legacy(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  const LegacyFile file(bytes, source);
  StoredTensors tensors(file.pickle(), source, bytes.size() + (uint64_t{256} << 20),
                        [&](const StorageClaim& claim) { return file.storage(claim); });
  return pickled_state(file.pickle(), tensors_of(tensors), source, options);
}

}  // namespace

StateDict read_pth(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  if (bytes.view().starts_with("PK\x03\x04")) return read_zip(bytes, source, options);
  if (bytes.view().starts_with("\x80")) return read_legacy(bytes, source, options);
  fail(ErrorKind::file, "{}: is not a file of torch.save", source);
}

StateDict read_pth(const std::filesystem::path& path, const ReadOptions& options) {
  return read_pth(Bytes::map(path), path.string(), options);
}

}  // namespace reszoo
