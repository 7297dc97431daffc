// Paths that are URLs: their names in messages, and local copies of their files.
#include "reszoo/base/remote_path.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/bytes.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(RemotePath, AUrlHasAScheme) {
  EXPECT_EQ(scheme_of("s3://bucket/rows.csv"), "s3");
  EXPECT_EQ(scheme_of("HTTPS://host/a"), "https");
  for (const auto* path : {"rows.csv", "/data/a:b", "c://a", "hf-hub:owner/name", "a b://c", "", "://x"})
    EXPECT_FALSE(is_url(path)) << path;
}

TEST(RemotePath, KeysAndOptionsAreNotShown) {
  EXPECT_EQ(plain_url("s3://key:secret@shop/a.csv?endpoint_override=host:90&scheme=http"), "s3://shop/a.csv");
  EXPECT_EQ(full_url("s3://shop/b/c.csv"), "s3://key:secret@shop/b/c.csv?endpoint_override=host:90&scheme=http");
  EXPECT_EQ(full_url("s3://other/a.csv"), "s3://other/a.csv");
  EXPECT_EQ(plain_url("https://host/a.csv?token=x@y"), "https://host/a.csv");
  EXPECT_EQ(full_url("https://host/a.csv"), "https://host/a.csv?token=x@y");
  EXPECT_EQ(full_url("https://host/b.csv"), "https://host/b.csv");
  EXPECT_EQ(plain_url("abfs://container@account.dfs.core.windows.net/a"),
            "abfs://container@account.dfs.core.windows.net/a");
  EXPECT_EQ(plain_url("s3://bucket"), "s3://bucket");
  EXPECT_EQ(plain_url("what?.csv"), "what?.csv");
}

TEST(RemotePath, AFileIsFetchedOnce) {
  int fetched = 0;
  register_scheme("test", [&](const std::string& url, const std::filesystem::path& to) {
    ++fetched;
    if (url.find("lost") != std::string::npos) fail(ErrorKind::file, "{}: there is no such file", url);
    write_file(to, "content of " + url);
  });
  EXPECT_EQ(Bytes::map("test://host/a?x=1").view(), "content of test://host/a?x=1");
  EXPECT_EQ(read_file("test://host/a"), "content of test://host/a?x=1");
  EXPECT_EQ(fetched, 1);
  expect_error(ErrorKind::file, "there is no such file", [] { read_file("test://host/lost"); });
  EXPECT_EQ(read_file("test://host/b"), "content of test://host/b?x=1");
  EXPECT_EQ(local_file("here/a"), "here/a");
}

TEST(RemotePath, OtherSchemesAndWritingAreRefused) {
  register_scheme("test2", [](const std::string&, const std::filesystem::path&) {});
  expect_error_parts(ErrorKind::usage, {"ftp://host/a: files of ftp:// are not fetched", "test2://"},
                     [] { read_file("ftp://user@host/a"); });
  expect_error(ErrorKind::usage, "s3://bucket/out.csv: is a URL; files are written to folders of this computer",
               [] { write_file("s3://bucket/out.csv", "x"); });
  expect_error(ErrorKind::usage, "is a URL", [] { require_writable({{"s3://bucket/out.csv", 0}}); });
}
