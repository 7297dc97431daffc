#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/base/temporary_file.h"
#include "reszoo/serve/served_model.h"
#include "reszoo/weights/read.h"

namespace reszoo {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

/// Appends the content of `from` to `to`. Returns false if there is no room.
/// Throws: Error (file) if it cannot be read.
bool copy_content(const std::filesystem::path& path, int from, int to) {
  std::vector<char> part(1 << 20);
  while (true) {
    const auto count = ::read(from, part.data(), part.size());
    if (count < 0) fail(ErrorKind::file, "{}: cannot be read: {}", path.string(), std::strerror(errno));
    if (count == 0) return true;
    for (ssize_t written = 0; written < count;) {
      const auto more = ::write(to, part.data() + written, static_cast<size_t>(count - written));
      if (more <= 0) return false;
      written += more;
    }
  }
}

FileDescriptor temporary_file() {
  try {
    return FileDescriptor(::dup(TemporaryFile().descriptor()));
  } catch (const Error&) {
    return FileDescriptor(-1);
  }
}

/// Copies a file to a temporary file without a name, or into memory if there is no room for one. A weights file is
/// mapped, and whoever overwrites it in place would change the weights of a running model, or end the process.
FileDescriptor private_copy(const std::filesystem::path& path) {
  for (const bool in_memory : {false, true}) {
    const FileDescriptor file(::open(local_file(path).c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) fail(ErrorKind::file, "{}: cannot be opened: {}", path.string(), std::strerror(errno));
    auto copy = in_memory ? FileDescriptor(::memfd_create("reszoo model", MFD_CLOEXEC)) : temporary_file();
    if (copy.number() >= 0 && copy_content(path, file.number(), copy.number())) return copy;
  }
  fail(ErrorKind::file, "{}: there is no room for a copy: {}", path.string(), std::strerror(errno));
}

}  // namespace

Predictor fused(Predictor predictor, torch::Device device, const FuseOptions& how) {
  auto* model = predictor.model();
  const bool is_asked = how.precision != Precision::automatic;
  if (model == nullptr && is_asked && how.precision != Precision::float32)
    fail(ErrorKind::usage, "precision: TorchScript and compiled packages run as they are, in their own");
  if (model == nullptr) return predictor;
  for (auto& network : model->networks) network->eval();
  if (device.is_cpu() || is_asked) model->fuse(how);
  return predictor;
}

Predictor open_fused(const std::filesystem::path& path, const PredictorOptions& options, const FuseOptions& how) {
  if (std::filesystem::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a model file", path.string());
  if (detect_weights(path) == WeightsKind::safetensors_index)
    return fused(open_predictor(path, options), options.device, how);
  const auto copy = private_copy(path);
  const auto name = fmt::format("/proc/self/fd/{}", copy.number());
  try {
    return fused(open_predictor(name, options), options.device, how);
  } catch (const Error& error) {
    std::string message = error.what();
    if (const auto at = message.find(name); at != std::string::npos) message.replace(at, name.size(), path.string());
    throw Error(error.kind(), message);
  }
}

}  // namespace reszoo
