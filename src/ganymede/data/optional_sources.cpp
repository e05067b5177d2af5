// The data sets whose readers need a library that a build may lack: svhn.cpp, flowers102.cpp and lsun.cpp read them, or
// no_svhn.cpp and no_lsun.cpp say what is missing.
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

void register_svhn(SourceRegistry& registry) {
  add_source(registry,
             {.name = "svhn",
              .title = "SVHN: 600,000 house-number digits",
              .splits = {"train", "test", "extra"},
              .shape = "32x32 RGB",
              .open = open_svhn,
              .has = [](const std::string& file, const std::string&) { return file.ends_with("_32x32.mat"); }});
}

void register_flowers102(SourceRegistry& registry) {
  add_source(registry, {.name = "flowers102",
                        .title = "Oxford's 102 flowers: 8,189 photographs",
                        .splits = {"train", "val", "test"},
                        .shape = "any RGB",
                        .list = list_flowers102,
                        .has = [](const std::string& file, const std::string&) {
                          return file.starts_with("102flowers.t") || file == "imagelabels.mat";
                        }});
}

void register_lsun(SourceRegistry& registry) {
  add_source(registry, {.name = "lsun",
                        .title = "LSUN: millions of photographs of scenes and objects, as LMDB",
                        .splits = {"train", "val"},
                        .shape = "any RGB",
                        .list = list_lsun,
                        .has = [](const std::string& file, const std::string&) { return file == "data.mdb"; }});
}

}  // namespace

void register_optional_sources(SourceRegistry& registry) {
  register_svhn(registry);
  register_flowers102(registry);
  register_lsun(registry);
}

}  // namespace ganymede::data
