/** A town with a branch in it. */
export interface Place {
  code: string;
  town: string;
  region: string;
  timezone: string;
  latitude: number;
  longitude: number;
}

const place = (
  code: string,
  town: string,
  region: string,
  timezone: string,
  latitude: number,
  longitude: number,
): Place => ({ code, town, region, timezone, latitude, longitude });

const WEST = 'Asia/Jakarta';
const MIDDLE = 'Asia/Makassar';
const EAST = 'Asia/Jayapura';

/** Towns of Indonesia over its three zones, for made-up banks of any size. */
export const TOWNS: readonly Place[] = [
  place('BDG', 'Bandung', 'Jawa Barat', WEST, -6.9175, 107.6191),
  place('JKT', 'Jakarta', 'DKI Jakarta', WEST, -6.2088, 106.8456),
  place('SBY', 'Surabaya', 'Jawa Timur', WEST, -7.2575, 112.7521),
  place('MDN', 'Medan', 'Sumatera Utara', WEST, 3.5952, 98.6722),
  place('MKS', 'Makassar', 'Sulawesi Selatan', MIDDLE, -5.1477, 119.4327),
  place('DPS', 'Denpasar', 'Bali', MIDDLE, -8.6705, 115.2126),
  place('JPR', 'Jayapura', 'Papua', EAST, -2.5337, 140.7181),
  place('SMG', 'Semarang', 'Jawa Tengah', WEST, -6.9667, 110.4167),
  place('YOG', 'Yogyakarta', 'DI Yogyakarta', WEST, -7.7956, 110.3695),
  place('PLM', 'Palembang', 'Sumatera Selatan', WEST, -2.9761, 104.7754),
  place('PDG', 'Padang', 'Sumatera Barat', WEST, -0.9471, 100.4172),
  place('PKU', 'Pekanbaru', 'Riau', WEST, 0.5071, 101.4478),
  place('BTH', 'Batam', 'Kepulauan Riau', WEST, 1.0456, 104.0305),
  place('BNA', 'Banda Aceh', 'Aceh', WEST, 5.5483, 95.3238),
  place('TKG', 'Bandar Lampung', 'Lampung', WEST, -5.4292, 105.2611),
  place('PTK', 'Pontianak', 'Kalimantan Barat', WEST, -0.0263, 109.3425),
  place('BJM', 'Banjarmasin', 'Kalimantan Selatan', MIDDLE, -3.3186, 114.5944),
  place('BPN', 'Balikpapan', 'Kalimantan Timur', MIDDLE, -1.2379, 116.8529),
  place('PKY', 'Palangka Raya', 'Kalimantan Tengah', WEST, -2.2161, 113.9135),
  place('MDC', 'Manado', 'Sulawesi Utara', MIDDLE, 1.4748, 124.8421),
  place('PLW', 'Palu', 'Sulawesi Tengah', MIDDLE, -0.8917, 119.8707),
  place('KDI', 'Kendari', 'Sulawesi Tenggara', MIDDLE, -3.9985, 122.513),
  place('AMI', 'Mataram', 'Nusa Tenggara Barat', MIDDLE, -8.5833, 116.1167),
  place('KOE', 'Kupang', 'Nusa Tenggara Timur', MIDDLE, -10.1772, 123.607),
  place('AMQ', 'Ambon', 'Maluku', EAST, -3.6954, 128.1814),
  place('TTE', 'Ternate', 'Maluku Utara', EAST, 0.7893, 127.3771),
  place('SOQ', 'Sorong', 'Papua Barat Daya', EAST, -0.8762, 131.2558),
  place('MKQ', 'Merauke', 'Papua Selatan', EAST, -8.4991, 140.405),
  place('MLG', 'Malang', 'Jawa Timur', WEST, -7.9666, 112.6326),
  place('SLO', 'Surakarta', 'Jawa Tengah', WEST, -7.5755, 110.8243),
  place('BGR', 'Bogor', 'Jawa Barat', WEST, -6.595, 106.8166),
  place('CBN', 'Cirebon', 'Jawa Barat', WEST, -6.732, 108.5523),
];

/** The nine sites of the small bank: its own codes and names, where they really are. */
export const BANK_PLACES: readonly (Place & { name: string })[] = [
  { ...place('KC-BDG', 'Bandung', 'Jawa Barat', WEST, -6.9218, 107.6071), name: 'KC Bandung' },
  { ...place('KCP-DGO', 'Bandung', 'Jawa Barat', WEST, -6.8853, 107.6137), name: 'KCP Dago' },
  { ...place('ATM-CHP', 'Bandung', 'Jawa Barat', WEST, -6.8936, 107.6047), name: 'ATM Cihampelas' },
  { ...place('KC-JKT1', 'Jakarta', 'DKI Jakarta', WEST, -6.2146, 106.8177), name: 'KC Jakarta Sudirman' },
  { ...place('KC-SBY', 'Surabaya', 'Jawa Timur', WEST, -7.2622, 112.7393), name: 'KC Surabaya Tunjungan' },
  { ...place('KC-MKS', 'Makassar', 'Sulawesi Selatan', MIDDLE, -5.1354, 119.4128), name: 'KC Makassar' },
  { ...place('KC-JPR', 'Jayapura', 'Papua', EAST, -2.5337, 140.7181), name: 'KC Jayapura' },
  { ...place('KC-DPS', 'Denpasar', 'Bali', MIDDLE, -8.6563, 115.2221), name: 'KC Denpasar' },
  { ...place('KC-MDN', 'Medan', 'Sumatera Utara', WEST, 3.5911, 98.6772), name: 'KC Medan Merdeka' },
];
