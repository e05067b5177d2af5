// generate MODEL OUTPUT.png: sixteen images on one sheet.
#include <ganymede/ganymede.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const auto model = ganymede::Model::load(argv[1], "cpu");
    ganymede::GenerateRequest request;
    request.count = 16;
    request.seed = 7;
    const auto result = ganymede::generate(model, request);
    ganymede::write_png(argv[2], ganymede::grid(result.images));
    std::cout << result.images.size() << " images of " << model.recipe().name() << " in " << argv[2] << "\n";
  } catch (const ganymede::Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
