// Tables and model files in an object store and on a web server, wherever the tools take a path.
#include "object_store.h"
#include "reszoo/data/table.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The goods in a store as parts in two formats, and a run that trains on some of them.
struct RemoteGoods {
  Goods goods{"price"};
  ObjectStore store;

  RemoteGoods() {
    store.files["data.csv"] = read_file(goods.at("data.csv"));
    for (int part = 0; part < 2; ++part) {
      const auto path = goods.at(fmt::format("part-{}.parquet", part));
      write_table(path, read_table(goods.at("data.csv")));
      store.files[fmt::format("parts/{}/rows.parquet", part)] = read_file(path);
    }
    store.files["parts/_SUCCESS"] = "";
  }
  Words train(const std::string& data) const {
    return Words{"train", "--data", data, "--target", "price", "--out", goods.at("out")} + kQuick;
  }
  std::string model() const { return goods.at("out/model.safetensors"); }
};

/// What a tool prints for the same rows of this computer.
std::string local_predictions(const RemoteGoods& f) {
  return expect_success({"predict", "--weights", f.model(), f.goods.at("data.csv")}).out;
}

}  // namespace

TEST(RemoteTool, AStoreIsReadLikeAFolder) {
  RemoteGoods f;
  const auto trained = expect_success(f.train("s3://shop/parts/"));
  EXPECT_EQ(trained.json()["model"], "tabular_resnet");
  const auto expected = local_predictions(f);
  EXPECT_EQ(expect_success({"predict", "--weights", f.model(), "s3://shop/data.csv"}).out, expected);
  f.store.files["model.safetensors"] = read_file(f.model());
  EXPECT_EQ(expect_success({"predict", "--weights", "s3://shop/model.safetensors", f.goods.at("data.csv")}).out,
            expected);
  const auto parts = expect_success({"predict", "--weights", f.model(), "s3://shop/parts/*/rows.parquet"}).out;
  EXPECT_EQ(std::count(parts.begin(), parts.end(), '\n'), 2 * std::count(expected.begin(), expected.end(), '\n') - 1);
  expect_success({"evaluate", "--weights", "s3://shop/model.safetensors", "--data", "s3://shop/data.csv"});
}

TEST(RemoteTool, EndpointsAndKeysMayBeInTheUrl) {
  RemoteGoods f;
  expect_success(f.train("s3://shop/data.csv"));
  const auto expected = local_predictions(f);
  const Variables without(Variables::Values{{"AWS_ENDPOINT_URL", std::nullopt}, {"AWS_ACCESS_KEY_ID", std::nullopt}});
  const auto host = f.store.server().url().substr(7);
  const auto url = fmt::format("s3://key:secret@shop/data.csv?endpoint_override={}&scheme=http", host);
  EXPECT_EQ(expect_success({"predict", "--weights", f.model(), url}).out, expected);
  expect_failure(1,
                 {"predict", "--weights", f.model(), "s3://key:secret@shop/lost?scheme=http&endpoint_override=" + host},
                 {"predict: s3://shop/lost: there is no such file"});
}

TEST(RemoteTool, AConnectionThatIsCutIsTriedAgain) {
  RemoteGoods f;
  expect_success(f.train("s3://shop/data.csv"));
  const auto expected = local_predictions(f);
  f.store.cuts = 3;
  EXPECT_EQ(expect_success({"predict", "--weights", f.model(), "s3://shop/data.csv"}).out, expected);
  EXPECT_EQ(f.store.cuts, 0);
}

TEST(RemoteTool, WhatIsNotThereIsSaidInOneLine) {
  RemoteGoods f;
  const auto refused = [&](const std::string& data, const Words& parts) { expect_failure(1, f.train(data), parts); };
  refused("s3://shop/lost.csv", {"train: s3://shop/lost.csv: there is no such file"});
  refused("s3://mall/data.csv", {"train: s3://mall/data.csv: there is no such bucket"});
  refused("s3://shop/part-*.csv", {"no file matches this pattern"});
  f.store.denied = true;
  refused("s3://shop/data.csv", {"train: s3://shop/data.csv: access is denied", "AWS_ACCESS_KEY_ID"});
  expect_failure(1, {"predict", "--weights", "s3://shop/model", f.goods.at("data.csv")},
                 {"predict: s3://shop/model: access is denied"});
  const Variables nowhere(Variables::Values{{"AWS_ENDPOINT_URL", refused_url()}});
  refused("s3://shop/data.csv", {"train: s3://shop/data.csv: the connection failed, also when tried again"});
}

TEST(RemoteTool, AWebServersFilesAreDownloadedOnce) {
  RemoteGoods f;
  expect_success(f.train("s3://shop/data.csv"));
  const auto expected = local_predictions(f);
  const auto text = read_file(f.goods.at("data.csv")), model = read_file(f.model());
  Server web([&](const Asked& asked, size_t number) -> Answer {
    if (asked.path == "/data.csv?token=secret")
      return {.body = text, .cut_after = number == 1 ? std::optional<size_t>(50) : std::nullopt};
    if (asked.path == "/model") return {.body = model};
    return {.status = 404};
  });
  const auto url = web.url("/data.csv?token=secret");
  EXPECT_EQ(expect_success({"predict", "--weights", web.url("/model"), url}).out, expected);
  EXPECT_EQ(web.asked().size(), 3u);  // one was cut off
  expect_success(with(f.train(url), {"--out", f.goods.at("again")}));
  expect_failure(1, {"predict", "--weights", f.model(), web.url("/lost.csv?token=secret")},
                 {web.url("/lost.csv: cannot be downloaded"), "404"});
  expect_failure(1, {"predict", "--weights", f.model(), "ftp://host/a.csv"}, {"files of ftp:// are not fetched"});
}

TEST(RemoteTool, ResultsAreWrittenOnThisComputer) {
  RemoteGoods f;
  expect_success(f.train("s3://shop/data.csv"));
  expect_failure(1, {"predict", "--weights", f.model(), f.goods.at("data.csv"), "--out", "s3://shop/out.csv"},
                 {"s3://shop/out.csv: is a URL"});
  expect_failure(1, with(f.train("s3://shop/data.csv"), {"--out", "s3://shop/out"}), {"s3://shop/out: is a URL"});
}
