// Failed downloads have a one-sentence message, and an incomplete file never gets its final name.
#include <sys/resource.h>

#include <csignal>

#include "downloads.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Download, CutOffForEverIsGivenUpAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body, .cut_after = 1000});
  expect_error_parts(
      ErrorKind::file,
      {"weights-00000000.pth: cannot be downloaded", server.url("/file"), "put it into", d.folder.path().string()},
      [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 5u);
  EXPECT_FALSE(std::filesystem::exists(d.target()));
  EXPECT_EQ(std::filesystem::file_size(d.part()), 5000u);
}

TEST(Download, AnotherPartThanWasAskedForIsNotPutIn) {
  Downloads d;
  write_file(d.part(), d.body.substr(0, 1000));
  const Server server(
      Answer{.status = 206, .body = d.body.substr(500), .headers = {"Content-Range: bytes 500-299999/300000"}});
  expect_error_parts(ErrorKind::file, {"byte 500", "1000 was asked for"}, [&] { d.get(server); });
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, AWrongDigestIsNamedAndTheFileRemoved) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  const auto right = std::exchange(d.digest, "0123abcd");
  expect_error_parts(ErrorKind::file, {server.url("/file"), right, "expected 0123abcd", "removed"},
                     [&] { d.get(server); });
  d.expect_nothing();
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Download, AnAnswer404IsFinal) {
  Downloads d;
  const Server server(Answer{.status = 404, .body = "<html>not found</html>"});
  expect_error_parts(ErrorKind::file, {"404", server.url("/file")}, [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, ARedirectLoopEnds) {
  Downloads d;
  const Server server(Answer{.status = 302, .headers = {"Location: /file"}});
  expect_error_parts(ErrorKind::file, {"redirect", server.url("/file")}, [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 11u);
}

TEST(Download, ARedirectOutOfTheWebIsRefused) {
  Downloads d;
  write_file(d.folder / "local", d.body);
  const Server server(
      Answer{.status = 302, .headers = {fmt::format("Location: file://{}", (d.folder / "local").string())}});
  expect_error_parts(ErrorKind::file, {"rotocol", server.url("/file")}, [&] { d.get(server); });
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, ARedirectFromHttpsToHttpIsRefused) {
  Downloads d;
  const Certificate certificate(d.folder / "certificate.pem");
  const Variables trust{{{"CURL_CA_BUNDLE", (d.folder / "certificate.pem").string()}}};
  const Server open(Answer{.body = d.body});
  const Server server(Answer{.status = 302, .headers = {"Location: " + open.url("/file")}}, &certificate);
  expect_error_parts(ErrorKind::file, {"rotocol", server.url("/file")}, [&] { d.get(server); });
  EXPECT_TRUE(open.asked().empty());
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, NobodyListeningIsSaidAtOnce) {
  const Downloads d;
  const auto url = refused_url() + "/file";
  expect_error_parts(ErrorKind::file,
                     {"cannot be downloaded", "onnect", "get " + url, "put it into", d.folder.path().string()},
                     [&] { download(url, d.target(), d.digest, d.options); });
}

TEST(Download, AFileThatIsTooLargeIsRefused) {
  for (const bool says_length : {true, false}) {
    Downloads d;
    d.options.largest = 100'000;
    const Server server(Answer{.body = d.body, .says_length = says_length});
    expect_error_parts(ErrorKind::file, {"larger than 100000 bytes"}, [&] { d.get(server); });
    EXPECT_FALSE(std::filesystem::exists(d.target()));
    EXPECT_LE(std::filesystem::file_size(d.part()), 100'000u);
  }
}

TEST(Download, WhatProgressThrowsStopsItAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  d.options.on_progress = [](const DownloadProgress& p) {
    if (p.done > 100'000) throw std::runtime_error("enough");
  };
  EXPECT_THROW(d.get(server), std::runtime_error);
  const auto done = std::filesystem::file_size(d.part());
  EXPECT_GT(done, 100'000u);
  d.options.on_progress = nullptr;
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(server.asked().back().range, fmt::format("bytes={}-", done));
}

TEST(Download, AFullDiskIsSaidAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto small = before;
  small.rlim_cur = 100'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  expect_error_parts(ErrorKind::file, {".part: cannot be written"}, [&] { d.get(server); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(std::filesystem::file_size(d.part()), 100'000u);
  d.get(server);
  d.expect_whole();
}

TEST(Download, AFolderThatIsNotThereIsNamed) {
  const Downloads d;
  const auto target = d.folder / "missing/file.pth";
  expect_error_parts(ErrorKind::file, {target.string()}, [&] { download(refused_url(), target, d.digest, d.options); });
}
