#include "reszoo/hub/sha256.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "reszoo/base/error.h"

namespace reszoo {

std::string sha256_of(const std::filesystem::path& path) {
  // ifstream opens a folder without an error and then reads nothing.
  if (std::filesystem::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  std::vector<char> block(1 << 20);
  while (good && file.read(block.data(), static_cast<std::streamsize>(block.size())).gcount() > 0)
    good = EVP_DigestUpdate(context.get(), block.data(), static_cast<size_t>(file.gcount())) == 1;
  if (file.bad()) fail(ErrorKind::file, "{}: cannot be read ({})", path.string(), std::strerror(errno));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!good || EVP_DigestFinal_ex(context.get(), digest, &size) != 1)
    fail(ErrorKind::device, "SHA-256: libcrypto cannot compute it");
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace reszoo
