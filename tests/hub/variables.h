// Temporary environment variables for a test.
#pragma once
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace reszoo::test {

/// Sets variables (nothing unsets one) and restores the old values in the destructor.
class Variables {
 public:
  using Values = std::map<std::string, std::optional<std::string>>;

  explicit Variables(const Values& values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before ? std::optional<std::string>(before) : std::nullopt;
    }
    set(values);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() { set(before_); }

 private:
  static void set(const Values& values) {
    for (const auto& [name, value] : values) {
      if (value) ::setenv(name.c_str(), value->c_str(), 1);
      else ::unsetenv(name.c_str());
    }
  }

  Values before_;
};

/// A home folder for the hub's caches, independent of the user's.
inline Variables::Values hub_home(const std::string& home) {
  Variables::Values values{{"HOME", home}, {"no_proxy", "127.0.0.1"}};
  for (const auto* unset : {"RESZOO_HOME",
                            "XDG_CACHE_HOME",
                            "TORCH_HOME",
                            "RESZOO_OFFLINE",
                            "RESZOO_HUB_URL",
                            "http_proxy",
                            "https_proxy",
                            "all_proxy",
                            "CURL_CA_BUNDLE",
                            "SSL_CERT_FILE",
                            "HF_HOME",
                            "HF_HUB_CACHE",
                            "HUGGINGFACE_HUB_CACHE",
                            "HF_TOKEN",
                            "HUGGING_FACE_HUB_TOKEN",
                            "HF_TOKEN_PATH",
                            "HF_HUB_DISABLE_IMPLICIT_TOKEN",
                            "HF_ENDPOINT",
                            "HF_HUB_OFFLINE",
                            "TRANSFORMERS_OFFLINE"})
    values[unset] = std::nullopt;
  return values;
}

}  // namespace reszoo::test
