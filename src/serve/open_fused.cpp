#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "reszoo/base/error.h"
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

/// Copies a file to memory that has the interface of a file. A weights file is mapped, and whoever overwrites it in
/// place would change the weights of a running model, or end the process.
FileDescriptor copy_in_memory(const std::filesystem::path& path) {
  const auto check = [&](bool good) {
    if (!good) fail(ErrorKind::file, "{}: cannot be read: {}", path.string(), std::strerror(errno));
  };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  check(file.number() >= 0);
  FileDescriptor copy(::memfd_create("reszoo model", MFD_CLOEXEC));
  check(copy.number() >= 0);
  std::vector<char> part(1 << 20);
  while (true) {
    const auto count = ::read(file.number(), part.data(), part.size());
    check(count >= 0);
    if (count == 0) return copy;
    for (ssize_t written = 0; written < count;) {
      const auto more = ::write(copy.number(), part.data() + written, static_cast<size_t>(count - written));
      check(more > 0);
      written += more;
    }
  }
}

Predictor fused(Predictor predictor, const PredictorOptions& options) {
  auto* model = predictor.model();
  if (model == nullptr) return predictor;
  for (auto& network : model->networks) network->eval();
  if (options.device.is_cpu()) model->fuse();
  return predictor;
}

}  // namespace

Predictor open_fused(const std::filesystem::path& path, const PredictorOptions& options) {
  if (std::filesystem::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a model file", path.string());
  if (detect_weights(path) == WeightsKind::safetensors_index) return fused(open_predictor(path, options), options);
  const auto copy = copy_in_memory(path);
  const auto name = fmt::format("/proc/self/fd/{}", copy.number());
  try {
    return fused(open_predictor(name, options), options);
  } catch (const Error& error) {
    std::string message = error.what();
    if (const auto at = message.find(name); at != std::string::npos) message.replace(at, name.size(), path.string());
    throw Error(error.kind(), message);
  }
}

}  // namespace reszoo
