// How what runs on a run is spoken of.
const WORDS = {
  train: { noun: "training", participle: "trained" },
  evaluate: { noun: "evaluation", participle: "evaluated" },
  features: { noun: "test of the features", participle: "tested for its features" },
};

/** "training" */
export const nounOf = (operation: keyof typeof WORDS): string => WORDS[operation].noun;
/** "trained" */
export const participleOf = (operation: keyof typeof WORDS): string => WORDS[operation].participle;
