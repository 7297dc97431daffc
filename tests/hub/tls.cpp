#include "tls.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace reszoo::test {
namespace {

void add_extension(X509* certificate, int name, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, name, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* sign_own(EVP_PKEY* key) {
  auto* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("reszoo test"), -1, -1,
                             0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

}  // namespace

Certificate::Certificate(const std::filesystem::path& path) : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = sign_own(key);
  auto* file = std::fopen(path.c_str(), "w");
  const bool good = file && PEM_write_X509(file, certificate) == 1 &&
                    SSL_CTX_use_certificate(context_.get(), certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context_.get(), key) == 1;
  if (file) std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!good) throw std::runtime_error("Certificate: OpenSSL cannot make one");
}

}  // namespace reszoo::test
