// From an image of the user's back to the point that makes the one most like it.
import type { Model } from "../../api/types";
import { GivenImages } from "../../ui/given_images";
import { classOf } from "./parts";

export function Project({ model }: { model: Model }) {
  return (
    <section class="card" aria-labelledby="project-title">
      <h2 id="project-title">An image of yours</h2>
      <p class="quiet">
        The point whose image is most like it, found by gradient descent in some seconds. What the model cannot make
        stays different.
      </p>
      <GivenImages
        model={model}
        operation="project"
        given={model.image}
        options={{ class: classOf(model) }}
        verb="Find"
        result="found"
        most={1}
      />
    </section>
  );
}
