// two_threads MODEL: two generations at once from two threads, one of them cancelled, which the other does not notice;
// then the same from one thread, by an engine that generates for many callers.
#include <ganymede/ganymede.h>

#include <iostream>
#include <thread>

namespace {

ganymede::GenerateRequest asked(std::int64_t count) {
  ganymede::GenerateRequest request;
  request.count = count;
  request.seed = 7;
  return request;
}

bool same(const ganymede::GenerateResult& a, const ganymede::GenerateResult& b) {
  if (a.images.size() != b.images.size()) return false;
  for (std::size_t i = 0; i < a.images.size(); ++i) {
    if (a.images[i].image.pixels != b.images[i].image.pixels) return false;
  }
  return true;
}

/// Whether a long generation ends early once it was cancelled, which it asks for itself when it hears of progress.
bool ends_early(const ganymede::Model& model) {
  const ganymede::CancelToken token;
  const ganymede::Control control{.cancel = token, .progress = [&](std::uint64_t, std::uint64_t) { token.cancel(); }};
  try {
    ganymede::generate(model, asked(20000), control);
  } catch (const ganymede::Cancelled&) {
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto model = ganymede::Model::load(argv[1], "cpu");
  const auto request = asked(100);
  const auto alone = ganymede::generate(model, request);

  bool cancelled = false;
  std::thread other([&] { cancelled = ends_early(model); });
  const auto beside = ganymede::generate(model, request);
  other.join();

  ganymede::Engine engine({.replicas = 2, .threads = 2});
  const ganymede::CancelToken token;
  auto kept = engine.generate(model, request);
  auto stopped = engine.generate(model, asked(200), {.cancel = token});
  token.cancel();
  const bool by_engine = same(alone, kept.get());
  try {
    stopped.get();  // it had begun before
  } catch (const ganymede::Cancelled&) {
  }
  std::cout << "beside: " << (same(alone, beside) ? "same" : "other") << ", engine: " << (by_engine ? "same" : "other")
            << ", cancelled: " << (cancelled ? "yes" : "no") << "\n";
  return same(alone, beside) && by_engine && cancelled ? 0 : 1;
}
