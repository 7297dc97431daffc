// Predicts without LibTorch: a program that links reszoo::runtime alone.
//
//   predict MODEL column=value ...     a row of a table
//   predict MODEL image.ppm            an image, as binary PPM
#include <fstream>
#include <iostream>
#include <iterator>

#include "reszoo/runtime/runtime_model.h"

namespace {

/// Converts "column=value" to a value: a number if it is one.
void add_value(reszoo::Row& row, const std::string& text) {
  const auto sign = text.find('=');
  const auto word = text.substr(sign + 1);
  size_t end = 0;
  try {
    const double number = std::stod(word, &end);
    row[text.substr(0, sign)] = end == word.size() ? reszoo::Value(number) : reszoo::Value(word);
  } catch (const std::exception&) {
    row[text.substr(0, sign)] = word;
  }
}

reszoo::Prediction predict_image(const reszoo::RuntimeModel& model, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string format;
  int64_t width = 0, height = 0, most = 0;
  file >> format >> width >> height >> most;
  file.get();
  const std::string pixels(std::istreambuf_iterator<char>(file), {});
  if (format != "P6" || most != 255 || static_cast<int64_t>(pixels.size()) < width * height * 3)
    throw std::runtime_error(path + ": is no binary PPM of bytes");
  return model.predict(
      reszoo::ImageView{.data = reinterpret_cast<const uint8_t*>(pixels.data()), .height = height, .width = width});
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) return std::cerr << "usage: predict MODEL column=value ... | image.ppm\n", 2;
  try {
    const auto model = reszoo::RuntimeModel::load(arguments[0]);
    reszoo::Row row;
    for (size_t i = 1; i < arguments.size(); ++i)
      if (arguments[i].find('=') != std::string::npos) add_value(row, arguments[i]);
    const auto answer = row.empty() ? predict_image(model, arguments[1]) : model.predict(row);
    std::cout << answer.label << "\n";
    for (size_t i = 0; i < answer.probabilities.size() && i < model.classes().size(); ++i)
      std::cout << model.classes()[i] << " " << answer.probabilities[i] << "\n";
  } catch (const std::exception& error) {
    return std::cerr << error.what() << "\n", 1;
  }
}
