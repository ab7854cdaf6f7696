/** Cloudflare's location hints in words. An unknown one stands for itself. */
const NAMES: Readonly<Record<string, string>> = {
  wnam: "Western North America",
  enam: "Eastern North America",
  sam: "South America",
  weur: "Western Europe",
  eeur: "Eastern Europe",
  apac: "Asia-Pacific",
  "apac-ne": "Northeast Asia-Pacific",
  "apac-se": "Southeast Asia-Pacific",
  oc: "Oceania",
  afr: "Africa",
  me: "Middle East",
};

export const regionName = (region: string): string => NAMES[region] ?? region;

/** The region in an origin's name. The protocol calls origins opaque: this is for display alone. */
export const regionOfOrigin = (origin: string): string => origin.split(".", 1)[0] ?? origin;
