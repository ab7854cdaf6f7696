/**
 * A few of Cloudflare's data centers, one or more for each Durable Object location hint, so that a visitor can be put
 * anywhere. Codes: Cloudflare's network map (cloudflare.com/network), which uses IATA codes; coordinates: the airport of that
 * code, from OurAirports (public domain), rounded to two digits.
 */
export interface Colo {
  readonly city: string;
  readonly country: string;
  readonly continent: string;
  readonly region: string;
  readonly timezone: string;
  readonly latitude: number;
  readonly longitude: number;
}

const colo = (
  city: string,
  country: string,
  continent: string,
  region: string,
  timezone: string,
  latitude: number,
  longitude: number,
): Colo => ({ city, country, continent, region, timezone, latitude, longitude });

export const COLOS: Readonly<Record<string, Colo>> = {
  SJC: colo("San Jose", "US", "NA", "California", "America/Los_Angeles", 37.36, -121.93),
  SEA: colo("Seattle", "US", "NA", "Washington", "America/Los_Angeles", 47.45, -122.31),
  DFW: colo("Dallas", "US", "NA", "Texas", "America/Chicago", 32.9, -97.04),
  ORD: colo("Chicago", "US", "NA", "Illinois", "America/Chicago", 41.98, -87.9),
  IAD: colo("Ashburn", "US", "NA", "Virginia", "America/New_York", 38.94, -77.46),
  EWR: colo("Newark", "US", "NA", "New Jersey", "America/New_York", 40.69, -74.17),
  YYZ: colo("Toronto", "CA", "NA", "Ontario", "America/Toronto", 43.68, -79.63),
  MEX: colo("Mexico City", "MX", "NA", "Mexico City", "America/Mexico_City", 19.44, -99.07),
  GRU: colo("São Paulo", "BR", "SA", "São Paulo", "America/Sao_Paulo", -23.43, -46.47),
  EZE: colo("Buenos Aires", "AR", "SA", "Buenos Aires", "America/Argentina/Buenos_Aires", -34.82, -58.54),
  LHR: colo("London", "GB", "EU", "England", "Europe/London", 51.47, -0.46),
  AMS: colo("Amsterdam", "NL", "EU", "North Holland", "Europe/Amsterdam", 52.31, 4.76),
  FRA: colo("Frankfurt am Main", "DE", "EU", "Hesse", "Europe/Berlin", 50.03, 8.54),
  CDG: colo("Paris", "FR", "EU", "Île-de-France", "Europe/Paris", 49.01, 2.55),
  MAD: colo("Madrid", "ES", "EU", "Madrid", "Europe/Madrid", 40.47, -3.56),
  WAW: colo("Warsaw", "PL", "EU", "Mazovia", "Europe/Warsaw", 52.17, 20.97),
  OTP: colo("Bucharest", "RO", "EU", "Bucharest", "Europe/Bucharest", 44.57, 26.1),
  DXB: colo("Dubai", "AE", "AS", "Dubai", "Asia/Dubai", 25.25, 55.36),
  TLV: colo("Tel Aviv", "IL", "AS", "Tel Aviv", "Asia/Jerusalem", 32.01, 34.89),
  BOM: colo("Mumbai", "IN", "AS", "Maharashtra", "Asia/Kolkata", 19.09, 72.87),
  SIN: colo("Singapore", "SG", "AS", "Singapore", "Asia/Singapore", 1.35, 103.99),
  HKG: colo("Hong Kong", "HK", "AS", "Hong Kong", "Asia/Hong_Kong", 22.31, 113.91),
  ICN: colo("Seoul", "KR", "AS", "Seoul", "Asia/Seoul", 37.47, 126.45),
  NRT: colo("Tokyo", "JP", "AS", "Tokyo", "Asia/Tokyo", 35.76, 140.39),
  SYD: colo("Sydney", "AU", "OC", "New South Wales", "Australia/Sydney", -33.95, 151.18),
  AKL: colo("Auckland", "NZ", "OC", "Auckland", "Pacific/Auckland", -37.01, 174.79),
  JNB: colo("Johannesburg", "ZA", "AF", "Gauteng", "Africa/Johannesburg", -26.14, 28.25),
  LOS: colo("Lagos", "NG", "AF", "Lagos", "Africa/Lagos", 6.58, 3.32),
  NBO: colo("Nairobi", "KE", "AF", "Nairobi", "Africa/Nairobi", -1.32, 36.93),
};

/** Where a visitor is who says nothing. */
export const DEFAULT_COLO = "AMS";
