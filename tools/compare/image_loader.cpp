// The C++ side of compare/image_loader.py: images per second of one pass over a folder of class folders.
//   image_loader FOLDER train|evaluate|bare WORKERS
// With `bare`, each of WORKERS threads only decodes whole files with libjpeg-turbo.
#include <cstdio>

#include <jpeglib.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/memory.h"
#include "reszoo/data/image_files.h"
#include "reszoo/preprocess/image_transform.h"
#include "reszoo/train/dataset.h"

using namespace reszoo;

namespace {

void decode_whole(const std::string& bytes, std::vector<uint8_t>& pixels) {
  jpeg_decompress_struct state;
  jpeg_error_mgr errors;
  state.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&state);
  jpeg_mem_src(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&state, TRUE);
  jpeg_start_decompress(&state);
  const size_t line = state.output_width * 3ul;
  pixels.resize(line * state.output_height);
  while (state.output_scanline < state.output_height) {
    auto* row = pixels.data() + state.output_scanline * line;
    jpeg_read_scanlines(&state, &row, 1);
  }
  jpeg_finish_decompress(&state);
  jpeg_destroy_decompress(&state);
}

void decode_all(const std::vector<std::filesystem::path>& paths, int64_t workers) {
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < workers; ++i)
    threads.emplace_back([&] {
      std::vector<uint8_t> pixels;
      for (auto at = next++; at < paths.size(); at = next++) decode_whole(read_file(paths[at]), pixels);
    });
  for (auto& thread : threads) thread.join();
}

void load_all(const ImageFiles& files, bool train, int64_t workers) {
  ImageTransform transform{imagenet_preprocess(), RandomCrop::parse("resized"), {.flip = 0.5}};
  const auto count = static_cast<int64_t>(files.paths.size());
  const Dataset data(image_examples(open_files(files.paths), count, transform), torch::zeros({count}),
                     {.workers = workers});
  auto pass = train ? data.shuffled(64, 0, 0) : data.sequential(64);
  while (pass.next()) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  retain_freed_memory();  // as in the tools
  const std::string how = argv[2];
  const auto workers = std::stoll(argv[3]);
  const auto files = read_class_folders(argv[1]);
  const auto begin = std::chrono::steady_clock::now();
  how == "bare" ? decode_all(files.paths, workers) : load_all(files, how == "train", workers);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cout << static_cast<double>(files.paths.size()) / seconds.count() << "\n";
}
