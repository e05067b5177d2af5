// What a step has beside its common parts where the generator is g(f(x)): images of the source domain, their codes, and
// what is wanted of their translations (Taigman, Polyak, Wolf 2017).
#pragma once

#include "ganymede/models/network.h"
#include "ganymede/objectives/objective.h"
#include "ganymede/train/device_data.h"

namespace ganymede::train {

class Translator {
 public:
  /// Source images are read as the recipe's real ones are, from batch `first_batch` on, of each `share`; `resident` is
  /// open_batches()'s. `encoder`, on whose device all happens, must outlive this.
  Translator(const models::Network& encoder, std::shared_ptr<const data::Dataset> source, const config::Recipe& recipe,
             const data::LoaderShare& share, std::uint64_t first_batch, bool resident);

  /// Goes on to the next batch of source images, beside `target`, real images [N, C, H, W] of the target domain.
  void next(const Tensor& target);
  /// f(x) of part `part` of `parts` of the source images, then of the target images: the generator's input.
  Tensor codes(int part, int parts) const;
  /// That part as the objective wants it, with `generated`, the images of those codes.
  objectives::Translation translation(const Tensor& generated, int part, int parts) const;

 private:
  Tensor encode(const Tensor& images) const;

  const models::Network& encoder_;
  std::unique_ptr<Batches> batches_;
  Tensor target_, source_codes_, target_codes_;  ///< of this batch
};

}  // namespace ganymede::train
