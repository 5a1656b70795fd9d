/* Constants and schedule of keywords; what it is stands in keywords.h. */
#include "keywords.h"

#include "tinyml_depthwise.h"
#include "tinyml_kernels.h"

/* ---- op 0 (CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT / 2, K / 4, 2, 1) words of two channels and two inputs */
static const uint32_t op0_weights[640] = {
    0x1925f9cd, 0xfedf13e2, 0x092df80e, 0x00e5e6d0, 0xf5eaff22, 0xfe23da97, 0xe4b3f43e, 0x0410118e,
    0xf781fe46, 0xffe65b83, 0x1a9b1813, 0xfbee7ee6, 0x29a02008, 0xfcd2492e, 0x0ed80804, 0x02ed0524,
    0xf0e7f6ef, 0xfb09f33e, 0x01c5edee, 0xf808f33d, 0xa542f0ff, 0xf4d2d809, 0xa547d831, 0x00b6d050,
    0xb32cd631, 0x39abaa70, 0xae37df18, 0x2ba9817f, 0xa549d9f7, 0x30be8e47, 0xbe48ddef, 0x34d7b8f2,
    0x1816e9ef, 0x301cfec3, 0x3e20c2e9, 0x3b3e13b8, 0x4c0f12ee, 0xf417309a, 0x20051efb, 0xe6002eb6,
    0x0df90a0a, 0xf5111126, 0x2a1c25db, 0xf825470b, 0x2a332db5, 0x073573f9, 0x1e0519be, 0x0f057f36,
    0xf9f8f9e4, 0x08ee367f, 0xddf2fd08, 0x0aeae07e, 0xe70cf20b, 0x0609b259, 0xf20deb05, 0x0bead91a,
    0xecf9ef05, 0x13e4e702, 0xfacfe80b, 0x07f7e9ee, 0xe6f812da, 0x0ff3ec18, 0xc4d4fcfe, 0x0a08c415,
    0xe1e7df34, 0xfa24d3d2, 0x1c20d82d, 0xd9304086, 0x366ef3ca, 0xeb127ea1, 0x1e560481, 0x21ee1af2,
    0x1f0f1bc5, 0x31eef83b, 0x0aef1bfb, 0x08fe0e22, 0xf6f806fb, 0xebfd0912, 0xf9020ef1, 0xd9f4f509,
    0xc23e25fe, 0x0613844a, 0xb66327f9, 0x0fff8164, 0xf11ffbca, 0xf2e39347, 0xeefdfeba, 0xf30cb37a,
    0x3035df93, 0xf553b060, 0x5765bfd7, 0x0422db7f, 0x335fd64c, 0xf3d2045e, 0x343ae056, 0xfeba013c,
    0x33eff434, 0xe4d90c32, 0x25ea2118, 0xd416011a, 0x63af8a06, 0x1411fff5, 0x7981811d, 0x33f20afb,
    0x46b1d115, 0x28dc0118, 0x0bd71414, 0x08d30c1c, 0xcff93dfb, 0xdacc1a23, 0xbe0452f9, 0xdcde031d,
    0xc6085efc, 0xd7e8ec1d, 0xcdfb4beb, 0xfa05f50a, 0x93042ce5, 0xfcf3f103, 0xae061ce4, 0xe9e5f301,
    0xeceef87f, 0xf6c8ecad, 0x05e6a24d, 0xf4c9c7e9, 0xf3338e4b, 0xf300d7fa, 0xd94c9b47, 0xebddc53e,
    0xce6fb32f, 0xe5bea764, 0x505256ec, 0xffb4e44c, 0x58557eb3, 0x1c986f7f, 0x064454db, 0x37b86851,
    0xe8213cda, 0x0dcf3332, 0xf00c26b9, 0xf7a4292d, 0xe4b1efb4, 0x14be2b61, 0xb981f4d3, 0x0fb62479,
    0xcc8412e9, 0xf5c83036, 0x34c7f0bb, 0xf4e44d1b, 0x7eddb6d4, 0x0f0120e6, 0x2fc0dfd6, 0x0406acc2,
    0xe6ac15ce, 0xdcd4a0ef, 0xdbda1cca, 0xecb4d6fe, 0xebe70fe5, 0xf2a8fb15, 0xfb11190f, 0xfbf5fb0d,
    0xef1ff615, 0xf3e6fbea, 0xdb57f919, 0xdfd11dc7, 0xbb7f2312, 0xfab909ce, 0xc56e1f02, 0x27b6a3d9,
    0xee750e0f, 0x2ace80c6, 0x0d61f21f, 0xe6da99c6, 0xeb49e2f8, 0xbbf2c3a5, 0xf243e1f6, 0xcae7ffdf,
    0xf601ed2c, 0xf1d2000d, 0x030fea23, 0xfad40409, 0xf0eac62a, 0x31f83df3, 0xf70fff0a, 0x640b4312,
    0x051817ff, 0x7e0d3a59, 0xf2014502, 0x7efb287f, 0xd6c26139, 0x4ef44856, 0xe2e2360c, 0x35fe5403,
    0xecf918eb, 0x3c0c21d9, 0x09150df8, 0x1b08f5dc, 0x2c021915, 0xf8ede1ea, 0x2c131f1d, 0xfae5feec,
    0x14320008, 0xef0531a8, 0xd515f91b, 0xe40b0f81, 0xcfee0915, 0xf0fec596, 0xe3e30116, 0x0006bc89,
    0x21e00bf2, 0xec0426ba, 0x78f442e9, 0xe8f47dd8, 0x7f0138dd, 0x37de6afd, 0x240014e8, 0x5bd0ffe9,
    0xdbd2c6fa, 0x5ce9c0df, 0xcef7bade, 0x29febee0, 0xf80f02ee, 0x0faaf141, 0x01caf702, 0x239fe647,
    0x45e9c708, 0x1c9bf917, 0x3928e119, 0x02962f05, 0xe7271f1b, 0xca9060d9, 0x81426e11, 0xd4ba37ef,
    0x9d284cdf, 0xf7f9e3f0, 0xebe507f2, 0x1746dcd8, 0x05cee819, 0xf979de8a, 0xe9c0ed02, 0xe77fe4a9,
    0xea0e1fef, 0xe1054beb, 0xf32afe12, 0xec167f2c, 0x0d37f23a, 0x0126727f, 0x28ec0635, 0x070b627a,
    0x13a20c0d, 0xda014718, 0x0ab021e0, 0xd3d904e4, 0x0fe911f9, 0xf2c3f6cc, 0x07150118, 0x0dd7e7ce,
    0x020bd819, 0x30eba7ce, 0x0d10c7fd, 0x20fd9fcc, 0x010df906, 0xfff8ed53, 0xfa16fcd8, 0xff33e340,
    0xf2fe0394, 0xf84ded06, 0xf31a04a5, 0xe2742fd0, 0x1f25efc6, 0xc54d5e8e, 0x3d1adce4, 0xea11fe8e,
    0x05fa050c, 0x33098088, 0xcff70a46, 0x3ce3b481, 0xe9e70e67, 0x1f0c0ab1, 0xffde0441, 0x091117fd,
    0xd2d105e0, 0xdaeac400, 0xd3effab1, 0xe1c5b0f6, 0xe5eeed81, 0xe7df9beb, 0xdacaf2a2, 0x07e980b6,
    0x01bd1711, 0x340bc8cc, 0x2a083734, 0x46122000, 0x28640860, 0x22e3442a, 0x1639175e, 0x18c64626,
    0x11c20e64, 0xff12500e, 0x06ce165c, 0xf41a420f, 0x06ed0929, 0xf7131a08, 0x0aff0031, 0xf7ff16ff,
    0x0e09f541, 0xef041604, 0x00f10e68, 0x240b22fb, 0xefe91d7f, 0x270916e7, 0xbbe3394d, 0x1af2f8f1,
    0x9eee3b18, 0x16dddff0, 0xb20d05e8, 0x22d7a1f7, 0xec1ca8e1, 0xfeeea8db, 0x240f80e3, 0xe0f3cad4,
    0xb011e519, 0x28eb38ee, 0x8112f906, 0x14ce5df8, 0x80dc31e4, 0x0bae49f4, 0xa3c14b07, 0x39aa05f3,
    0xe1cd2239, 0x4db90a1b, 0x17db005f, 0x0bd31c3c, 0x2537ef5c, 0xe2fd0769, 0x1e66ff53, 0xe923f956,
    0x0b5b147f, 0x0e33f02e, 0x0211056d, 0x161ee410, 0xe1110ce7, 0xf5e2b4f5, 0xdf1cedf6, 0x01de80fd,
    0x150fee09, 0x07d4a9d3, 0x3d22e80a, 0x0ce5f7a8, 0x3b1cee12, 0x06f44f81, 0x0f25d40e, 0xf30e61b0,
    0xf438d927, 0xf6fd2fd0, 0xec1c0026, 0x07fd11e5, 0xebf9353c, 0x112c1bf7, 0xe3ec4a2c, 0x2b20100d,
    0xee35ebfa, 0xc402b174, 0xf932f425, 0xcefa857f, 0x290d1037, 0xc6f78139, 0x51082b34, 0xc8f9c922,
    0x36f11a22, 0xd3e523fc, 0x19dc0c01, 0xc2ef0dd1, 0xd6bec3de, 0xe8e6f1bb, 0xefd59adc, 0xdeeff6c5,
    0x32dbdcf3, 0xcde7f3bd, 0x3bde0a03, 0xe2dfe6c8, 0xbc2754b8, 0x0490d208, 0xd9287ec6, 0x2d91baf1,
    0x324a49d2, 0x0c0cfad6, 0x5933ffbc, 0xa97ff9fa, 0x6fcfd6f3, 0xa66afe11, 0x43a705db, 0x0221fe24,
    0x29b2e3f7, 0x43fad93f, 0xfdc0d6fa, 0x4c1ac82d, 0xe9b121af, 0x351bfa2d, 0xedc428c5, 0x1a0a1302,
    0x08fff238, 0xf22a2be3, 0x2b20e03b, 0xee2a35a5, 0x3516c8eb, 0xf31c2d98, 0x5454bddd, 0x2629e5b6,
    0x277ffbcf, 0x51269805, 0xd6603cc6, 0x5ad38140, 0xae123fc9, 0x239dd43c, 0xb9df21d9, 0xeca90947,
    0xcdcc0505, 0xc8be224c, 0xeeeff10a, 0xbaef0e29, 0xef2b4110, 0xcf09edf3, 0xd34018f8, 0xe51ea7fe,
    0xd0370ac9, 0xf453aec4, 0x15fceddd, 0xff45f481, 0xf0addef6, 0x0ff521ba, 0xe990ec13, 0xf9be0028,
    0xfcb5e91a, 0xe1c6e258, 0xf2e42314, 0xfad7d635, 0xd8ddf106, 0x01e080f4, 0xd9ec1b0e, 0xfbfa8bd3,
    0xebba0ae8, 0x11d202eb, 0xe3bf09c1, 0x26f30692, 0xc40149cb, 0x242b00a8, 0x815456b7, 0xf33b35c7,
    0x854d36cd, 0xda4854af, 0xe34cf0bd, 0xe974418f, 0x5d21add3, 0xf8443381, 0x7222caf8, 0xf71202c8,
    0x4d5ed846, 0x04c4bb14, 0x2e58ea6c, 0x0bd5af41, 0xf1f2f8ed, 0xfddcf811, 0xaf99150c, 0xffb1db1c,
    0x80950cfd, 0x05afb0ef, 0xa6e831dd, 0x0714d9e7, 0xed6224d1, 0x204a19fb, 0xeb7fe0e5, 0x334c4409,
    0xea50d303, 0x11141036, 0x0808c712, 0xf1fffa25, 0x100ad017, 0x0f1ecd04, 0x1df4f505, 0x0c0cd2f6,
    0x031df617, 0x0a011be1, 0xfb3ac2dd, 0x12e228c5, 0x1b1e80ba, 0x1bc15ebc, 0x3c14a4aa, 0x19f37ae7,
    0x1d2114a1, 0xf4171cd7, 0xd40e4cc1, 0xe5edb1aa, 0xc30350e3, 0xe7eea3bf, 0xd40936fe, 0xe611bbb3,
    0xd92a27fe, 0x0afec281, 0xe4361a0e, 0x13e6e7cf, 0x1febe70e, 0x07f51806, 0x2be1e83a, 0xde101b20,
    0x3249d04d, 0xdf38c724, 0x547f035e, 0xfb159332, 0x29376e3e, 0x07d18129, 0xbee77208, 0x04b9a8f2,
    0xb2c24cfc, 0x15f5e3d8, 0xbee30ce9, 0x030a1ee5, 0xb4f6f4cd, 0xf00b34e8, 0xbbea07de, 0x00ed44e3,
    0x3e27e6f8, 0x3c2218d1, 0x5a22ef1a, 0x37e711d3, 0x5d09ef3c, 0x40bee707, 0x4ce01216, 0x30d4cc55,
    0x35d003de, 0x1a1ce975, 0x11c104ca, 0xde411851, 0xebb108c4, 0xc43d4f2f, 0xfe9a0de2, 0xc731732b,
    0xe28110f4, 0xce2c7f66, 0xc69d00f4, 0xe51d4e60, 0x240116da, 0xf1ebd25c, 0x172efeb9, 0xe1dbc97c,
    0x14580cd3, 0xf8f8fb7c, 0x1539ed0c, 0x081d0c4d, 0x2611a709, 0x00102ded, 0x20cf8147, 0xde0b4b82,
    0x22b99c63, 0xd5fc5281, 0x07d8ef4e, 0xf9f048b5, 0xedea3627, 0x2dff05bd, 0xe9f13df8, 0x22fed9d7,
    0xeec803f2, 0x04d415e5, 0xc5911541, 0xc1da2bff, 0x998b1b19, 0x80d2edfd, 0xaca7f7f1, 0x85a2d435,
    0xe4ecd2ca, 0xd9aecb0f, 0xfb24d4ab, 0x08bbe40d, 0xf25eefb8, 0x10c5d525, 0x066be601, 0xf709cd14,
    0x0072d825, 0xf858e854, 0x0968dc3b, 0xf07f0236, 0xe322e1e8, 0x1a32a34c, 0xe311f0f3, 0x147ca57f,
    0x0716202f, 0xf26cc600, 0xf64d4015, 0xf93cdfe9, 0xe65446ea, 0xdd1005e3, 0xe81428f8, 0xd8f126b8,
    0x0ced1316, 0xbe0e5bd5, 0x36fbdd08, 0xdf234fda, 0x643381ff, 0xe44a7eb5, 0x6622821a, 0xf53d79a4,
    0x05ecf1d8, 0xf7190a1b, 0x07c106c8, 0xfa18067c, 0x0bbe01c7, 0x0d0dcf7f, 0x0bf7b1ea, 0x0e01c422,
    0xf10a80ec, 0xfcf9d904, 0xd1f7b7e2, 0xfb032507, 0xece91ee2, 0x1a076803, 0x31f033ec, 0x1b0a3c04,
    0x2dfa19f3, 0xfafa150c, 0x0aeb21f8, 0x00f90121, 0xfcd9f152, 0x09e4f393, 0x0fd9ec4e, 0x08e1f1a0,
    0xfff6d628, 0x09d305b5, 0x0bdcf301, 0xf5f749b4, 0x09db10de, 0xe8231fbf, 0x0310e6ec, 0xdf23a6fe,
    0xf61fd9d9, 0xe62aee3d, 0x171d17d9, 0xde217f72, 0x17ff03d5, 0xcdf4497f, 0xe20101f2, 0xdae21755,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op0_bias[64] = {
    15743, 563, 6496, 15754, 5013, 279, 17081, 1544, 6576, 4267, 7204, 8495, 7708, -3722, -464,
    11665, -1883, 649, 6823, 5561, -441, 4286, 4131, 1317, 4068, 8070, 6305, 1907, 1705, 1359, 137,
    1006, 92, 1586, 5317, 1777, 7214, 980, 1644, 10019, 9816, 4856, -252, 6722, 8955, 4331, 7819,
    3133, 3807, 1840, 3275, 6048, 2030, 3087, -2306, 7910, 3362, -185, 4274, 4322, -1009, 2518,
    5826, 2046,
};

/* (C_OUT), Q0.31 */
static const int32_t op0_multiplier[64] = {
    1784465032, 1119515400, 1364191614, 1677533575, 1823402178, 1115673767, 1099356705, 2023450043,
    2110275110, 1807503861, 1511910802, 1288882508, 1966855300, 2049754539, 1273904151, 1553797144,
    2079093340, 1404040798, 1227651704, 1458758650, 1133699532, 2065041648, 1655858640, 1622713651,
    1109756688, 1365848823, 1401574231, 1141086029, 1256279968, 1475096737, 1851236014, 1283391588,
    2058234467, 1316165363, 1866871485, 1574162318, 1626798934, 1250636297, 1192103422, 1272409444,
    1265881461, 1899421313, 1803096012, 1560063297, 2016861427, 2100843330, 1634048220, 2096957720,
    1786940740, 1246373583, 1193663942, 1601789066, 1138753018, 1830680612, 1939247950, 1553651096,
    1431594827, 1451583709, 1667343523, 1560370729, 1757562532, 1593834220, 1636407028, 1716018865,
};

/* (C_OUT), bits to the right */
static const int8_t op0_shift[64] = {
    10, 7, 9, 10, 9, 7, 9, 8, 10, 9, 9, 9, 10, 9, 8, 9, 9, 8, 8, 9, 8, 9, 9, 8, 8, 9, 9, 7, 8, 8,
    8, 8, 9, 8, 9, 8, 9, 8, 8, 9, 9, 9, 8, 9, 10, 9, 9, 9, 9, 8, 8, 9, 8, 9, 9, 9, 9, 8, 9, 9, 8,
    8, 9, 8,
};

static const tinyml_convolution op0_layer = {
    .in_height = 49, .in_width = 10, .in_channels = 1, .out_height = 25, .out_width = 5,
    .kernel_height = 10, .kernel_width = 4, .stride_height = 2, .stride_width = 2,
    .dilation_height = 1, .dilation_width = 1, .pad_top = 4, .pad_left = 1, .in_zero_point = 0,
    .filters = {
        .weights = op0_weights, .depth = 40, .channels = 64, .borrowed = 1,
    },
    .stage = {
        .bias = op0_bias, .multiplier = op0_multiplier, .shift = op0_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 1 (DEPTHWISE_CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT, KW, KH) */
static const int8_t op1_weights[576] = {
    6, -21, 4, -29, 127, 32, -13, -63, -73, -127, -31, 84, -29, -31, -60, -3, 2, 1, 110, 127, -75,
    -13, -63, -61, 53, 83, 82, 70, 61, 41, 21, 127, 79, -71, -28, 27, 9, -81, -127, 77, 43, -120,
    -15, 19, 0, -55, -44, -17, 127, 33, -101, 14, 4, -23, -26, -103, 80, 127, -36, -57, -47, 124,
    23, -127, 64, 59, 20, -60, -47, -25, 10, -17, -116, -35, 53, -127, -77, 72, -20, 13, 39, -68,
    -34, 5, 127, 26, -25, -20, -11, -28, 45, 56, 25, -4, -12, -81, 21, 77, 127, -16, -48, -127,
    -10, -7, -30, 58, 46, 32, -97, -122, -127, -68, -91, -7, 43, 80, 49, -56, 127, 15, -27, -2, 4,
    -10, -3, -13, -55, -20, -59, 127, -55, -93, 16, -9, -75, -16, -56, 8, 8, 122, -127, -24, -33,
    92, -127, -27, 31, -62, -12, 66, -56, -2, 95, 19, 51, -60, -96, 59, 53, -127, 4, 111, -127, 19,
    108, -14, 17, -19, 32, -28, -15, 127, 36, -13, -4, 10, -22, 39, 1, -33, -61, 27, 84, -37, -96,
    -102, -76, -127, 0, 118, 127, -71, 10, -14, 50, -49, 16, 36, -15, -58, -127, -55, -15, 13, 9,
    22, 85, 28, 51, -61, 127, -95, -28, -49, 47, 51, -34, -71, -82, -35, 24, 95, -44, -28, 127,
    -91, -127, -124, -68, -59, 11, 50, 25, -39, -9, 127, 103, -36, -35, -24, -56, -15, -23, 57, 1,
    -17, -46, 127, 13, 10, 10, 1, -127, -12, 30, 5, -94, -12, 57, -16, -31, 127, 72, -57, 10, -15,
    21, -9, -26, 5, -127, -66, -30, 106, 46, 37, 45, 77, -58, 10, 127, -1, -2, -36, 0, -6, 7, -26,
    108, 27, -34, -31, 89, 127, -11, 10, 41, -11, -45, -6, 127, -18, -45, 53, -2, -32, 60, 92, 80,
    -22, -23, -127, -16, 4, -23, 70, -4, -127, -54, 17, 41, 25, 1, -32, 127, 32, 11, -25, -19, 7,
    -39, -32, -34, -42, -2, 48, -73, 127, 72, -123, -118, -72, -51, -21, -68, 127, -4, -105, 47,
    67, 7, -29, 127, 21, -45, -74, 23, -85, -38, -72, -13, 37, 56, 16, -89, -67, 127, 62, -10, 112,
    32, -119, -66, -73, -92, 34, 127, 0, -42, 127, 33, -46, 10, 22, 5, -14, -9, -5, -42, -127, 25,
    24, -89, -20, -11, 9, -56, 14, -25, -9, 52, 127, 34, -10, -84, -68, -19, -11, 13, 127, 33, 19,
    -10, -1, 67, -4, -60, -18, -89, 109, -57, -22, 127, -54, 18, -75, -46, 22, 11, -26, 11, 127,
    -127, -113, -86, -12, -83, -121, -55, 6, 90, -72, -42, -105, -58, 127, 18, 4, 46, -66, 93, 127,
    -70, 43, 93, -62, -31, -118, -21, 7, -32, -127, 17, -6, -62, -98, 7, 43, -34, 12, 6, -72, 27,
    127, -30, 6, 41, 49, 96, 79, -96, 82, 127, -41, 11, -50, 2, 88, 26, -38, 9, 127, 22, -22, -14,
    -72, -127, 26, 67, 41, 0, -44, -17, -10, 50, 66, 106, -127, -88, -105, 58, -108, -109, -97,
    -21, 127, -35, -1, 28, -32, -21, 47, 47, -32, -50, 49, 21, 66, 127, 20, -43, 22, -121, -98, 2,
    -35, -127, 7, -5, 0, -37, -127, 100, -55, -67, 29, -19, 1, -3, 2, -74, 1, 127, -44, -68, 8, 21,
    -22, -127, -81, -106, 56, 57, 23, 56, 12, 11, -72, 53, -36, -70, 127, -106, -3, -8, -34,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op1_bias[64] = {
    -4256, -22720, 29955, 38113, -22818, -8082, 9423, -14398, -23285, -3628, 30431, -11595, -39601,
    4276, -24625, -2853, -10412, 2406, -3074, 16945, -43052, 25841, -17102, 8233, -6009, -48726,
    4743, 18441, -23143, 15843, 2221, 8885, 38792, 2350, 4670, -7006, 3551, -22941, -195, -20054,
    14594, -3533, 9896, -27465, 4224, 10249, 6641, -1058, -58977, -16695, 7474, -29786, 10187,
    31412, 26299, -15523, -31967, 67, 24991, -41491, -20274, -5887, -9961, -18043,
};

/* (C_OUT), Q0.31 */
static const int32_t op1_multiplier[64] = {
    1269128612, 1140839004, 1254593999, 1761105480, 1104944170, 1882532464, 1680592678, 1094813494,
    1111282548, 1981616404, 1695752186, 1142307629, 1811895914, 1260911370, 2010660137, 1589115464,
    1485623405, 1532826201, 1824774984, 1347724920, 1228820663, 1780310385, 1272328138, 1928434484,
    1771565531, 1813691874, 1741589759, 1183530893, 1943155199, 2077832029, 1871039827, 1192790510,
    1976828944, 1987225772, 1381798301, 1237769975, 1289226399, 2075154201, 1306091620, 1117068840,
    1692130489, 1186883380, 2140957198, 1328899357, 1893203804, 2139152265, 1162723166, 1703387465,
    1981829529, 1971295649, 1531669718, 1262419254, 1939738877, 1218717418, 1997783922, 1114780652,
    1918057235, 2137398725, 1479268406, 1846580218, 1098478530, 1457259633, 1584972783, 1984581595,
};

/* (C_OUT), bits to the right */
static const int8_t op1_shift[64] = {
    6, 6, 7, 7, 6, 7, 6, 6, 6, 7, 7, 6, 8, 5, 8, 6, 7, 7, 6, 6, 8, 7, 7, 7, 7, 7, 7, 6, 7, 7, 8, 6,
    8, 7, 7, 6, 6, 8, 7, 6, 7, 7, 7, 6, 7, 7, 6, 7, 8, 7, 7, 6, 7, 7, 7, 6, 8, 7, 7, 7, 6, 6, 7, 7,
};

static const tinyml_depthwise op1_layer = {
    .weights = op1_weights, .channels = 64, .in_step_rows = 64, .in_step_columns = 320,
    .out_step_rows = 64, .out_step_columns = 320, .in_zero_point = -128,
    .stage = {
        .bias = op1_bias, .multiplier = op1_multiplier, .shift = op1_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 2 (CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT / 2, K / 4, 2, 1) words of two channels and two inputs */
static const uint32_t op2_weights[1024] = {
    0x0f6ea164, 0xda15b305, 0x3e0d8737, 0x05430e1e, 0xa57f451e, 0x4208cafa, 0xfc29c9e5, 0x831c3ffd,
    0x41cd0fb3, 0x02eae0c8, 0xf420fa9b, 0x4ab10c1e, 0xc30780fa, 0x26f3da2f, 0xcbbea40a, 0xfef300f3,
    0xfe3d2a11, 0x2fd4431c, 0x09ebccf5, 0xf406dee5, 0xd0fb28eb, 0x22fb11f5, 0xd70cb987, 0x002df61e,
    0x0ec4da11, 0x353f0ae8, 0x040d0b04, 0xbdfe0f05, 0x30c11728, 0xede100e7, 0x543293e8, 0xd3f42fed,
    0x1768e31d, 0x2e3c1225, 0x15feead4, 0x1a01ec81, 0xf239c616, 0x182b46bb, 0xe9d8a937, 0xf0240a10,
    0x30490025, 0xf20cf232, 0x09f3f628, 0x18de430e, 0x120df745, 0x0be3540c, 0xeebcc301, 0xbaff570b,
    0x1045fe3b, 0x55f133eb, 0xe7bc8145, 0x20ca16ee, 0x0fcffe34, 0x47301bc6, 0x0c01030c, 0x2b39fbbb,
    0xe631dd01, 0xd8dd1056, 0x1e08f62e, 0xf8e5e951, 0xdbfd4ce1, 0xbcdf3951, 0xefe625ac, 0xf6b63ad9,
    0xd2c2b30b, 0x0ce01230, 0x08122f24, 0x4ef261a3, 0xf698d833, 0x57ff02d2, 0x1e0922a5, 0x31fefdea,
    0x2ee60bf4, 0xd11afd05, 0x31b1f4d2, 0x21f16811, 0xc3ad0dba, 0xe528f43e, 0x04810aaa, 0xc03b55d7,
    0xbaf609e6, 0x171511ce, 0xc7e580f9, 0x4ae39bfb, 0x0215efdd, 0x599bc9c9, 0x09e8d400, 0x23ec8624,
    0xd91ef629, 0xf8de01f2, 0xfad4f5fb, 0xf104e3cd, 0xe3e02fe2, 0x14d6c6f2, 0xe5d81c10, 0x37eaf43f,
    0xda05d121, 0xe0dada29, 0x80f543e6, 0x3cfaf02e, 0x830b1b1f, 0x2525ffe8, 0xff68f033, 0xeadafaaa,
    0x62bfd608, 0xfeb8372e, 0x8ee33120, 0x68ee16e1, 0x0027e2f2, 0xbff8d06e, 0x80d965ec, 0xe5100381,
    0x33cae0da, 0x5c610253, 0xbaef2714, 0x69469fe7, 0xe41ddbf7, 0xd8250ed9, 0x88187008, 0xbcd3e602,
    0xf7e9db20, 0x4822b737, 0x01d2ad2a, 0xef0695bb, 0x8b271fdd, 0x45052d23, 0xce0513b1, 0xecf7fc44,
    0xfd3cf4f5, 0x80eeee2b, 0xf353d1e5, 0xc217c17f, 0xf9fbbe10, 0x35e3e138, 0x21021315, 0x0f2c9a8a,
    0x4fce1b10, 0x1bd506d3, 0x35da380d, 0xd80ff208, 0x26c3f84d, 0xcecb2eca, 0x1c0c2068, 0xf4e72cae,
    0xd4e020dc, 0xd0276c3b, 0x1a06094e, 0x07c1fb52, 0xaab6d721, 0xe70b1a13, 0x14efbadd, 0xfbe34cf8,
    0x7c43c22f, 0xa3d517aa, 0xe9fdb222, 0xc7ce1b1a, 0x1bedc993, 0xbe69f4c7, 0x04380e0a, 0xf410e598,
    0xcdf9cc9f, 0xd425fc68, 0xb3e808c0, 0x03e0f3da, 0xa9d780f3, 0x2fb909dd, 0x0335ebc6, 0x0c6dc1e4,
    0x32d31eec, 0xbb40f62b, 0x05fd0cf6, 0xfa24e7eb, 0xa803ead4, 0x496f4706, 0xe5edff1e, 0xdead1420,
    0xdbcde981, 0xc0aa1d1b, 0x32083a22, 0x8ec0b29d, 0xef51ddec, 0x17ba2806, 0xc414f918, 0xfc1a5308,
    0xfb073a07, 0x21c73a5e, 0x2844c04b, 0x00c62c58, 0xd2fcd9ff, 0xe61addd3, 0xa2fe2bce, 0x1f30d2ff,
    0x0b2d3c03, 0xd0190004, 0x17c723d9, 0xead5d80e, 0x293cc9d1, 0xfcdf02dc, 0xc981c52c, 0xd6d624ec,
    0x161ad0f5, 0x3eaf27c1, 0x24f5eadb, 0xe050e5d5, 0xd9d8daa4, 0x00c6e4cf, 0xf406fd1e, 0xf00f20b3,
    0x00e40fd7, 0xdb221d2c, 0x100d80de, 0x14f114b4, 0xc5b101ee, 0xfaf60816, 0x5b0bf9f0, 0x30ce2057,
    0x2138220c, 0x4830dfa9, 0x8fbf08bc, 0x13d1053e, 0x10f8e8cc, 0xf702ce14, 0xc127fbdc, 0xfdae2121,
    0xe4d0c7ee, 0x0a814433, 0x15d106ab, 0xf90a23f2, 0xd0f9283d, 0xf4292315, 0x2bc8e5f0, 0x1402c727,
    0x0908e1e8, 0xe6da0b55, 0x0e44117d, 0x2207810a, 0xdf2f0cf9, 0x22d7101d, 0x0b1c1426, 0xe0b53e0b,
    0x1a21c6cc, 0xe3d91135, 0xc2390e52, 0xddf23b1b, 0x4c0ee6b8, 0xf72822f7, 0xe21cfdba, 0xa717cc3d,
    0x1a202414, 0xebe91adc, 0xddf9df1e, 0x13b6e705, 0x000500d8, 0xefaaa9dd, 0xd519eb34, 0x49aa38cf,
    0x2ed2110f, 0x0721eb1a, 0x0afcf213, 0x1856b42b, 0x20cad32d, 0xc829d100, 0x220a0df8, 0x29d7a0f8,
    0x043321d6, 0x0cf106dd, 0xedeef6eb, 0x012afd2a, 0xc80cf8f4, 0x2612e21d, 0x25ce11e0, 0xef13d810,
    0xb1f2fc1f, 0x041b4ed6, 0xecf600f0, 0x0d1da348, 0xc1133d14, 0x0b080bee, 0xc7ceecf0, 0xe90d07ff,
    0x47ac0e1b, 0x7ee8b5fb, 0xbc1b1534, 0xd1d61bc8, 0x09d0ff06, 0xc726e55b, 0xfcf1ef60, 0x5204db7f,
    0xc2e8252f, 0xef3be009, 0xcfcfe750, 0xc10c24eb, 0xfcf92c23, 0xf1ddfd3c, 0x19dd0c49, 0xcbe6ce00,
    0xdb1018f1, 0x36cfd3f4, 0x0ceea3ca, 0xd115ddf5, 0xeb2802f6, 0xf2dcfb5e, 0xce31fed2, 0x2a131121,
    0xb63600dd, 0xd42bdce5, 0x20fbbdc8, 0x1e322afe, 0x25e480ff, 0xf3b22012, 0xe72a6622, 0x0e03cabe,
    0xcfbbc081, 0x9efcbdfc, 0xda09fbf0, 0x25fc08e9, 0x1c26cfcc, 0xe722fb05, 0x12d91a1a, 0x53ee2dfd,
    0x20f810b1, 0x1efd13c6, 0xedddf32a, 0x0bb3f4b8, 0x3a0cf581, 0x3815161f, 0xa31c1a2c, 0xf1ccc4f4,
    0x06cc14dc, 0x3215f8da, 0x3bf9b67d, 0xe70b009e, 0xf99cf235, 0xe2330afa, 0x5e3a05e9, 0xe8f800df,
    0xfafb7ef5, 0x121514f8, 0xf74234e8, 0x35ea350c, 0xf02812ec, 0x0113242f, 0xed2d233d, 0x1bf91330,
    0x04f81eba, 0xfaeb0353, 0xff24fcc1, 0x1d59fde8, 0xff2526eb, 0xf3e2ed3a, 0x53130956, 0xb7f0f044,
    0xe21406ec, 0xe50e0131, 0xc4e21021, 0x1ef066ea, 0xcb03c9e5, 0x0c0af10f, 0xdf1beff8, 0xc36fcc8c,
    0x4702f005, 0xc4e643fe, 0xf01d2e00, 0x1ef9c2c6, 0x9cd2012b, 0xdf46c8f7, 0xa6e43628, 0xbdfc177f,
    0xe605d9ca, 0xca2f6829, 0x3ee8f43d, 0x0bfdebfe, 0x7e9b1ceb, 0xf3bd00e8, 0x920df827, 0xa738f331,
    0xf832fc45, 0xfdcf09c4, 0xc026c51e, 0xe712c032, 0x38dc79ca, 0x192f1cf1, 0x2e0ddc37, 0xc3ef35d6,
    0x0f0c3f24, 0x381640c8, 0x5eddac48, 0x3650dd68, 0x5adc19f4, 0xe3f72da6, 0xfb35c420, 0x14c11e1e,
    0xfb276652, 0x70ec2412, 0xce0ee5be, 0x2b2cfa2e, 0x261346eb, 0x1f09e70e, 0x02e8d7a9, 0x4fc22629,
    0x2d1c1809, 0xddd3faf6, 0x2455ede6, 0x0e030de6, 0xf4f77f14, 0x001358b8, 0x1517502b, 0xfd0156cd,
    0xdf810e0a, 0xa8cc3ae8, 0x43c44b17, 0x27ec34bf, 0x4126fcf7, 0x9dd620eb, 0x23da08e1, 0xd7f31b0d,
    0x160e6f9a, 0xd9e33c04, 0xd817fef5, 0xf214f1ec, 0x29b268b7, 0x7edbf13f, 0x06d42bd5, 0x36f400cc,
    0xc3bb27e2, 0x012a1611, 0xf006084e, 0x77a2f1ea, 0xe150d405, 0x11b91258, 0x07944413, 0x1e2ff705,
    0x1e1d0a9f, 0x32f00c2c, 0xd84a04d0, 0xff11fd3d, 0xd63f1810, 0x07814ce1, 0xd7f014fd, 0x0dc510ed,
    0xdc0becd3, 0xe9d5f2aa, 0xb3b4f611, 0xe659e4de, 0x0f350e10, 0xfbe60302, 0x0ddbe330, 0xfcffdcd7,
    0x32342244, 0x1b1c19ee, 0xe4cef4ea, 0x2b1fe6e6, 0xf0581815, 0xc481eff0, 0x04faea42, 0xd1191323,
    0x13ec4e34, 0x3028cde4, 0xfd38d8f9, 0xb7f0dd35, 0xfe13b3c3, 0x1feceb23, 0x040088dc, 0x30ee31cc,
    0xcd3d1812, 0xdbf532e6, 0xd3e12de4, 0xe003cdd9, 0x1df1f6df, 0xc40621c0, 0xee170ca3, 0x80ecff09,
    0xeedd561b, 0xc6cbd7c1, 0x15ebeaf0, 0x08b6c9ec, 0x19b1b8f0, 0xbff02207, 0xe902000c, 0xeb04e1e9,
    0xbd251601, 0xac1e57e2, 0x3bc146f2, 0x53ed7ed8, 0xeb0879cf, 0xff0f6e56, 0xd4de2008, 0xbbeac3f7,
    0x14dd5a11, 0x98b520e3, 0x23275427, 0xf581b82b, 0x060533cc, 0x991765f5, 0xdfa9d7e8, 0xd60d3fa4,
    0xf7549634, 0x43b10ecf, 0x2729f93d, 0x8f3b0d0c, 0x18e3e4a1, 0x3ad507b3, 0xef0f25c7, 0xf123f530,
    0x33a75a04, 0x0ccf52fc, 0x14ef1c11, 0xda30cce0, 0xf20adea3, 0x343b39ff, 0x7dd93c13, 0xeb2e2f5e,
    0xc40e2dfe, 0x81010532, 0xd354cc7a, 0x3d27330d, 0xfbe607e3, 0x13b7be14, 0xe22746fc, 0x2802a60b,
    0x44cc28c0, 0xe30538e3, 0x15b034c9, 0x0b1f2edc, 0xe4e515d9, 0x1303d2fd, 0x37300841, 0xea0324b7,
    0xed12e5cb, 0x14f0efcf, 0xbc1fcb2f, 0x26d10f0c, 0x14d6e937, 0x528117f8, 0xf02904e8, 0xf807f931,
    0x00220efc, 0x45c51b00, 0xf24cf5b2, 0xdd7ce4d3, 0x34f1e9d4, 0xfd4fdbb9, 0xc7244ed2, 0x2c21f70a,
    0x102101c2, 0xf5e9def4, 0xe7cf32c5, 0xd3e4fc10, 0x06ecd138, 0xdc2e01fe, 0x0034661a, 0x38fc870a,
    0x54fa1dfa, 0xecb7e236, 0xfdc60d0d, 0xff1acd1d, 0xcc0e1725, 0x5a0ac728, 0x03e2bbe4, 0xe6ec251c,
    0xcbd3ebe3, 0xfa3e0bbc, 0xd49937f4, 0xe722ef13, 0xc9fea997, 0x4c1f24ce, 0x1cd8f92c, 0x1cf215ed,
    0x641f1329, 0xdd062e9e, 0x0d87fe65, 0x80f90f53, 0xf2810229, 0x16e43fc9, 0x29266243, 0x17c12f95,
    0xd2d72235, 0xe13fc14c, 0xf902044a, 0x39c9e60c, 0x12150d30, 0xf8561781, 0x031ebe2c, 0xf40f810f,
    0x15d33aff, 0x05fae2f2, 0x3c3affe2, 0xeaf126e3, 0xe205cfe3, 0xd9e4f0b8, 0x1bf60226, 0xc5fe0b08,
    0xee3307d1, 0x3fc71926, 0x42ddfcfa, 0xfc132b0e, 0xd50208fc, 0x01eaf505, 0xbcff39d4, 0x3b19e0ed,
    0xd8e51aac, 0xcdfbc9ac, 0xd8bc0cca, 0x191ad1a9, 0x1f0c41d4, 0xe90b0d0c, 0xc98a24fc, 0xf23cfc97,
    0xd9cb95fe, 0x19fd1936, 0x03f52dd0, 0xe744fc14, 0xefe7f012, 0x680a16ae, 0xcdf0d6f3, 0x0005e52e,
    0xe916be1a, 0x07b8242d, 0xdae759f1, 0xfc13f114, 0x1fedf424, 0xd9d47f19, 0xd3c2e727, 0x0c260119,
    0x20014433, 0x21edc819, 0x1b1239ce, 0x3b1451f8, 0x0b50b041, 0x3a1f3d02, 0xba9246fa, 0x15cdd9a3,
    0x54922921, 0x0e1ef0ea, 0xbcdff002, 0x258107ea, 0xe8f8f92c, 0xbf14ffe9, 0x03b6f837, 0x07edf9f1,
    0x0bd4d80a, 0x1ebfdaf7, 0x027f2425, 0xeaf3e1db, 0xe4f7effe, 0x52080304, 0xbb0e0222, 0xeb02f0d3,
    0xc0b90c04, 0xc6382205, 0x1bfe2014, 0xd8fec0d3, 0xf229fa2a, 0xdc162101, 0xfbdfffd7, 0xc7c001b2,
    0x1c0dd240, 0xb810eb1a, 0x07fdef03, 0x18b61316, 0xf9070d14, 0x4630e8b2, 0x1d1df9e1, 0x00f5cc00,
    0xf0f4fee4, 0xf82d052b, 0xdf353cd7, 0x7efed1f0, 0xf601e814, 0x09160bf1, 0xe12ad226, 0x01320c08,
    0xba282211, 0x01eaf46d, 0x7bc4bc5a, 0x5003213b, 0xdcf13604, 0xe4415bb1, 0xea49bf1b, 0x346ce60a,
    0x0b9ffdc6, 0xfca60edc, 0x14e6fad3, 0xfeb4c8e3, 0xb8b4f3ea, 0xd97f1dcc, 0x12e14505, 0x0881e2c0,
    0xb1cc0203, 0x26e11228, 0xf0e5d837, 0x1c492014, 0xebe7fda0, 0x23270e16, 0xfb581dba, 0xfafefa29,
    0x20552ecc, 0x00bdec2b, 0x811920a0, 0x09160aff, 0xdc0bcda8, 0xbb70f8d7, 0x2c3162f7, 0xe47bc6fd,
    0xd3d4e3f2, 0xd018ec45, 0x231a71ee, 0xed4a172e, 0xf0ed2bd9, 0xbafcd325, 0x12b51deb, 0x3aefdbe9,
    0x16311953, 0x0d16d92e, 0x422f57d9, 0xda531616, 0x7ee1c111, 0x17e21ce1, 0xf81cf7d6, 0x5405c12a,
    0x01fd201a, 0x4dc610ea, 0x5df6e781, 0x6e2369d2, 0x23fb1016, 0xbe24d11e, 0x0c261502, 0x16f0e5d3,
    0xdff5e728, 0xb9cfb427, 0xef12cc10, 0x28e8992d, 0x490beb0d, 0xdcae1e48, 0x8d89fe29, 0x10c4fc05,
    0x19f8df2a, 0xece91365, 0x04131c22, 0x0d4ab307, 0x050a3044, 0x0eef0f2b, 0x0400160a, 0x013ad729,
    0xcbd433df, 0xbd06e16c, 0x000ff437, 0x11650691, 0xcdc26712, 0xc8223e7f, 0xd9113ff4, 0x18e3c1ab,
    0xc530f2e6, 0xe3ea0b39, 0xe32706f8, 0xd6182618, 0xe463da14, 0x53c80908, 0x22f90cf7, 0x1eedd348,
    0x06fc7ee2, 0x0c47f42d, 0xf36a5447, 0x153ce019, 0x291edad3, 0x0bf82e1f, 0x312c1c37, 0xa8e4e13d,
    0xfcee86f4, 0x15db15cf, 0x3cf70ae3, 0x1603e404, 0x30a835be, 0xc1e4f225, 0xdeece3fc, 0xded716f4,
    0x1eed270a, 0xef1de1dd, 0x0153e5e1, 0x28ecabc9, 0x33eaf0ef, 0xdef5b8e7, 0xdce60131, 0x022848cf,
    0x22d717f5, 0x2134120d, 0x2add32fe, 0x074e1208, 0xe1d6e2c0, 0xe406ffe7, 0xf9cddaf8, 0xc61080d8,
    0xf2e0d0e5, 0xdcd2e721, 0xda449a1b, 0x0716db3c, 0xb5c3a1d5, 0x00f2d47f, 0xd2e5fced, 0x26f73e09,
    0x0c1116d9, 0xfac369eb, 0x37e3371b, 0x2d19301e, 0x1230f41c, 0xc2c6b1e1, 0x03b3d5fa, 0x3eb9af1f,
    0x39c7dd95, 0xb60a0f5e, 0xe901f410, 0x1135fc04, 0xb1e718ee, 0x1eddee29, 0x15f00538, 0xf6f7f300,
    0xdf52ffd2, 0x02d6e4c3, 0xb2dec753, 0xc831fdf3, 0x78ed0689, 0xeac6cad8, 0x191df406, 0xf4dd52e8,
    0xdc25e500, 0xf18128ae, 0x0f13023c, 0xf2c024df, 0x00c72ce3, 0x2a34d2da, 0x811e1b18, 0xdc061be7,
    0xba1b50e1, 0x661de5d5, 0xe2f91605, 0x20ffb496, 0x4edfe7e0, 0x9602fdf3, 0xe531f1f6, 0x17d5ebe2,
    0x3d06f103, 0x04ca12dd, 0x8cf8aa19, 0xc2cf34be, 0xe48ca527, 0x0c0e8b04, 0xcdce300f, 0xe521680d,
    0xd2994a15, 0x31ee0232, 0xffcffb03, 0xfec78e07, 0x4bfdc501, 0x211880c5, 0x18130f1d, 0x89fac419,
    0xe719dfcd, 0xba37287f, 0xf211f01f, 0x1c02b807, 0x08f20603, 0xa53a3344, 0xdcffe817, 0xf8fee550,
    0xd410f31b, 0x15f531f5, 0xf0e819fa, 0x14f2c800, 0x26042203, 0xfd11cb02, 0xf70419fa, 0x35244fd2,
    0x1d0f3d13, 0xc0ec11ed, 0xb1b71809, 0x462d2022, 0xd0f622de, 0xf0dd24da, 0x80f60bfd, 0x0ef42203,
    0xdf2e1728, 0xf100d6fb, 0xef1dc5f0, 0x6ef10ed6, 0x2103f4fc, 0x1029d9ea, 0xdce0cc30, 0x20e5d818,
    0xd506f9f2, 0x0b1406ca, 0x09e610d4, 0xf0cedc03, 0x4bf553ea, 0x4d81ee07, 0xa7321fe0, 0x22ee6195,
    0xc23befdc, 0xedee0950, 0xeceaa613, 0xdf78e448, 0x7952a4e7, 0xd0e8dc0d, 0x540fd6f7, 0x4cf8cfd0,
    0x54de3000, 0x1248abd9, 0x2de1bc03, 0xc9b5f8ef, 0x355000a3, 0x38f082d7, 0x2f085952, 0xefceefa2,
    0xf9ddcc81, 0xe2ca1c1d, 0xa843ec30, 0xf89f3703, 0xbb2be3e3, 0x06b1d54d, 0x41d6d7f0, 0x7eeed828,
    0x5218d519, 0x82ed0b13, 0x3c0802e6, 0x1ec632dd, 0xec06f0c7, 0x0a06ef93, 0xe1f15344, 0xeee617f5,
    0x0281d608, 0x9e24c318, 0xc5440bfd, 0xb5f4e622, 0xe5cdd00e, 0xf3ea9ee6, 0xe62c2d25, 0x72011c12,
    0x6ee9ca1f, 0xc3f502de, 0xe0fefa0b, 0x4d32031f, 0xebd4d5e3, 0x71199af3, 0x53e7df2b, 0x50111f0c,
    0xd4050002, 0x3dfcb3d7, 0x01fae920, 0xa30bcff6, 0x3c12ad25, 0x17fe1197, 0x2ee4dbf7, 0xf2ca0d13,
    0x30234bf5, 0xeffeca07, 0x5505eaf5, 0x80f32501, 0x26c22205, 0x170f44d8, 0xdf12d613, 0x2a172907,
    0xd5d30ffe, 0xec220e06, 0x9f3fd954, 0x030f2a3b, 0xe9e4282c, 0x03f61423, 0xfb0fafe3, 0x80fbca2e,
    0x5beb370e, 0xf4f42333, 0x24ece42f, 0x1ffdfede, 0x2926cb3f, 0xb845e4fe, 0xbbcf2ab6, 0xf5fe2fdd,
    0x08fbdcfb, 0xb139c4f2, 0xe6ecf6c3, 0x270ccfe7, 0x153cf016, 0xdbc5ed19, 0x3c3a2a4c, 0xfce31b7f,
    0x29df1bf8, 0x38c22822, 0xfce0fe1c, 0xcb4ed946, 0xd8fad804, 0xd2c033d4, 0xaf042201, 0x16f135ac,
    0xf003d202, 0x0881eed2, 0xe0bff1c6, 0x23313410, 0xc01927cd, 0x80e82f2c, 0x2afdd4f5, 0x14262015,
    0xf802d10b, 0x410ab744, 0x82f0b020, 0x46f4cb03, 0x0408e0d3, 0x2ef85daf, 0xb80f0304, 0x58690b04,
    0x2fccc9d7, 0x12fa48f5, 0x10dd014d, 0x44012fde, 0xd3f0fba0, 0xbedfed1e, 0xa13b2bd0, 0xb101eff1,
    0x2c0e1fe7, 0xe0d18cd8, 0xf70ff207, 0x00ce1616, 0x1721b9e5, 0xbe05f035, 0xf521ab01, 0x0a200feb,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op2_bias[64] = {
    11967, -65009, 49916, 41618, -136678, 5269, 16723, -79716, -3847, -45202, -26011, -79355,
    -118129, -20300, -3599, -20758, 48815, -34143, -11592, -79675, 6479, 74518, 34313, -50657,
    -22600, 175227, -76592, 61856, -53489, -67656, -59146, 102605, -14625, 23537, -59964, 19212,
    -57596, -19143, -35749, 33451, 13791, -42010, -13418, 1111, 11968, 35685, 153798, 16088,
    -64344, -77811, -78060, -12873, -18655, -105497, -57563, 48001, -45273, -22994, -7050, -21671,
    49892, -40269, -34045, -57982,
};

/* (C_OUT), Q0.31 */
static const int32_t op2_multiplier[64] = {
    1145580852, 1797455388, 1166258074, 1760173049, 1456703013, 1586042641, 1877860009, 1938445580,
    1526057201, 1126683045, 1191075175, 1404555755, 1139222721, 1238647715, 1409146749, 1625602586,
    1688485268, 1388135996, 1314191936, 1097170696, 1895237003, 1638125775, 1235945232, 1335241837,
    1266917567, 1393494658, 1913993862, 2085754476, 1084340848, 1835715026, 1948871328, 1677970280,
    1753792748, 1368467505, 1699874705, 1186937401, 1391457412, 1950917834, 1284010281, 2007046834,
    1742273660, 1928715659, 1648995341, 1120311724, 1140341669, 1342325121, 1925540593, 2012390763,
    1117943123, 2025386394, 1338564516, 1418416995, 1198185259, 1592135436, 1223402119, 1487308282,
    1141259545, 1181637532, 1981544010, 1757594746, 1849962976, 1298343403, 1660351242, 1408384834,
};

/* (C_OUT), bits to the right */
static const int8_t op2_shift[64] = {
    7, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7, 7, 7, 7, 8, 7, 7, 7, 7, 8, 7, 7, 8, 8, 8, 8, 8, 7, 8, 8, 8,
    8, 7, 8, 7, 7, 8, 8, 8, 7, 7, 8, 7, 7, 7, 8, 8, 7, 8, 7, 7, 7, 8, 7, 9, 7, 8, 7, 8, 8, 7, 8, 8,
};

static const tinyml_convolution op2_layer = {
    .in_height = 25, .in_width = 5, .in_channels = 64, .out_height = 25, .out_width = 5,
    .kernel_height = 1, .kernel_width = 1, .stride_height = 1, .stride_width = 1,
    .dilation_height = 1, .dilation_width = 1, .pad_top = 0, .pad_left = 0, .in_zero_point = -128,
    .filters = {
        .weights = op2_weights, .depth = 64, .channels = 64, .borrowed = 1,
    },
    .stage = {
        .bias = op2_bias, .multiplier = op2_multiplier, .shift = op2_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 3 (DEPTHWISE_CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT, KW, KH) */
static const int8_t op3_weights[576] = {
    -127, -6, 21, -65, 23, -56, -93, -1, 98, 105, 127, 82, -70, 2, 23, -4, 25, -1, -52, -127, -83,
    120, -4, -117, 11, 6, -5, 14, -78, -127, -56, -18, 86, -55, -40, -12, 122, 35, 36, 26, 1, -104,
    -11, -67, -127, -43, 67, 127, -25, 0, -13, -91, -60, -36, 127, 23, -64, 33, 2, -11, -9, 28,
    -12, -81, 32, -64, 13, -36, -21, 113, 127, -33, 127, 123, 28, 29, 19, -18, 33, -40, -27, -62,
    -127, -54, -34, 4, -53, 98, -28, -77, -127, -65, -88, -68, -88, 4, 27, 39, 33, 10, 127, 71, 13,
    -103, 54, 3, 91, 13, -29, -57, 14, 84, 127, -2, -17, -18, 28, -61, 121, 127, 12, -17, -42, -16,
    -39, 27, 26, 3, -127, 50, 79, 44, 23, -12, -50, -37, -58, 30, 103, 127, 90, -14, -44, -65,
    -114, -25, 127, -48, -37, 38, -21, -16, -43, -41, 5, -66, 8, -9, -58, 127, 52, 46, -86, -43,
    -127, -67, -40, -16, -49, -31, 3, 65, 127, 14, -33, 17, -84, 40, 46, 33, -37, -127, -24, -117,
    44, 123, 26, -13, -32, 60, 2, -83, -45, -22, -127, -72, -38, -102, -76, 125, 127, -74, 93, 76,
    -53, -22, 29, -41, -24, -88, -127, -33, -31, -37, 14, 19, -98, -16, 36, -127, -51, 112, 30,
    108, -59, -13, 28, 127, -45, -18, -5, -62, -27, -11, -45, -113, 44, -72, -127, -22, 91, 117,
    -5, -38, 10, -127, -25, 9, -30, 41, 103, 84, 55, 50, 43, -2, -25, -23, 127, 50, -10, 127, 56,
    -88, 61, 14, 54, 125, 29, -3, -38, 86, 127, 4, 8, 40, 4, 5, 12, -127, 120, 122, -73, 48, 57,
    -78, 29, 45, 34, -71, -127, 67, 29, -4, 25, 61, 24, 34, 127, 30, -24, -6, -19, 5, 24, -22, 14,
    16, 35, 12, 45, 127, 2, -32, -1, 127, -89, -46, 73, 37, -32, 40, 32, -5, -127, -61, -57, -123,
    -27, -22, 9, 13, 58, 127, -23, -73, 97, 29, -30, 54, 18, -14, 0, 7, 3, 23, 127, 43, -11, -32,
    -17, 38, 0, -127, -2, -50, -77, 59, 38, -56, -87, -127, -25, -31, 71, 114, -41, 95, 54, -127,
    -56, -81, -70, 5, 78, 49, 78, 50, 127, 103, 35, -22, -22, 43, 22, -10, 21, 101, 127, 61, -24,
    48, 22, -40, 14, 15, 5, 46, 127, -5, -26, -74, 25, 72, 55, -49, -37, -127, -42, 0, -31, 9, -20,
    -41, 75, -41, -82, -60, -127, -116, 19, 47, 31, -15, 127, 81, 3, -8, 3, -18, 0, 16, -69, 101,
    127, -15, -41, -61, 73, 53, 39, -98, -95, -127, -38, 8, 59, 82, 73, 60, -123, 1, -60, 114, 60,
    127, 60, 7, -4, -40, -109, -127, 89, 58, -57, -66, 91, 115, -112, 112, 127, 26, -32, -14, 22,
    -25, -42, 78, 114, -34, -28, -36, -101, -127, -1, -65, -44, -94, 13, -127, 78, 95, 13, 11, -29,
    16, 89, 18, -127, -75, -42, -15, -81, -100, 78, 62, -13, 127, 48, -32, 40, 48, 38, -17, -24,
    127, -2, -36, -48, 87, 29, -58, 2, 30, -41, -55, 0, 15, 58, 127, 44, 123, 25, -101, 3, -127,
    -56, -48, -70, -55, 2, 46, 127, -40, -12, -11, -74, -43, -44, 48, 127, 14, 19, 0, -26, 6, 11,
    17, -126, -127, -97, 88, -3, -15, -49, -57, -71, -127, -18, -56, -118, -5, -38, -11, 16, -93,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op3_bias[64] = {
    -24500, 35247, -29534, -34980, -9336, -9003, 14425, 5862, 34337, -39542, -39619, 34545, 14945,
    13924, 3441, 16805, -16119, 6370, -52761, 26061, -19853, -49564, 27273, -41004, -7768, -2568,
    -14188, 3648, 32828, 44555, 29773, 17016, 4375, 18985, 26832, 16028, -38915, 22411, 18031,
    -19903, 2513, -7756, 36431, 38649, 28559, -38565, -29503, 22887, 25062, -8045, 22475, -4391,
    7951, -23695, -9682, -36863, 48294, 6594, 22261, -36040, -5298, 26381, -54236, -53483,
};

/* (C_OUT), Q0.31 */
static const int32_t op3_multiplier[64] = {
    2020720701, 2091936641, 2143963900, 1563990002, 1783205832, 1306614152, 1464615716, 1638532747,
    1537007775, 1492338006, 1371585932, 1551416011, 1707724704, 1917208425, 1687692135, 1718655312,
    1808886607, 1444963002, 1385976511, 1937555321, 1741394608, 1288679425, 1590805740, 1115132052,
    1185646474, 1572153952, 1253641174, 1813974170, 1992123066, 1762995086, 1457960988, 1196463686,
    1126886528, 1218876096, 1602913586, 1222570445, 1312749393, 1574541627, 1570560055, 1106037677,
    1315219007, 1305573811, 1612311472, 1785596242, 1710751727, 1671793080, 1336679107, 1482527565,
    1822177411, 1361304993, 1187013453, 2113876440, 1127876885, 1993285508, 1305026348, 1281212766,
    1883044648, 1331071062, 1738247224, 1425972018, 1176598850, 1513133268, 1760968367, 1079457810,
};

/* (C_OUT), bits to the right */
static const int8_t op3_shift[64] = {
    7, 7, 7, 6, 7, 6, 5, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 7, 6, 6, 6, 7, 7, 7, 7, 6, 6,
    6, 6, 6, 6, 7, 6, 5, 6, 7, 7, 6, 7, 7, 7, 7, 6, 7, 7, 7, 8, 6, 7, 6, 6, 7, 6, 7, 7, 6, 6, 7, 6,
};

static const tinyml_depthwise op3_layer = {
    .weights = op3_weights, .channels = 64, .in_step_rows = 64, .in_step_columns = 320,
    .out_step_rows = 64, .out_step_columns = 320, .in_zero_point = -128,
    .stage = {
        .bias = op3_bias, .multiplier = op3_multiplier, .shift = op3_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 4 (CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT / 2, K / 4, 2, 1) words of two channels and two inputs */
static const uint32_t op4_weights[1024] = {
    0x16f22e1c, 0x0ef7e424, 0xf2e89609, 0x2bffcd0b, 0x144e7308, 0x1935329e, 0xc7113351, 0x251afdeb,
    0x057fbfdc, 0xa8fd0e34, 0xfafdd5f9, 0xe0ba4eea, 0xc24e040a, 0xdbfebc8d, 0xded1fb20, 0xb4d38118,
    0x18fe134b, 0x7a09dc15, 0xd11cfc24, 0x67efca01, 0x950e3bdf, 0x28343b01, 0x1f3ff819, 0x39241e32,
    0x25f0b908, 0x132ee731, 0x1ece39fc, 0x01ee1b29, 0x191239f6, 0x153f052b, 0xc0efbed1, 0xfb664cfa,
    0xcf0ca91f, 0x35360b07, 0x1ba63d11, 0x12d3d533, 0x9d1e11ed, 0x370ebaf0, 0xb317e767, 0xd41af4c6,
    0x14dbd3ca, 0x0c1c029e, 0x3b2807c9, 0x19db0ef4, 0x1cf7ede1, 0x03ec8100, 0x440e2b2f, 0x27132319,
    0xeeb20cc4, 0x1bd0b4f0, 0xbeda2181, 0x3be8da01, 0x50faa82a, 0xde18d2ce, 0xaf16c1dd, 0x341053e8,
    0x1ec90917, 0xd3a8191d, 0xd12516f0, 0xfe29b0fb, 0xb9df1e47, 0xa368dde0, 0xc6df12f0, 0x0820cdd3,
    0xed314718, 0xe5d2c6dd, 0x2f1d3b01, 0x9b13f02d, 0xdb118fc1, 0x7ed7cefb, 0x24134527, 0x1bd51ee6,
    0x0850dd23, 0xc0f18ad6, 0xbe262440, 0xfdec42b2, 0x811dce2a, 0x2f139efe, 0x3dd02a24, 0xd2231e0d,
    0xe6b6ddf1, 0x3af6d4b3, 0xe9310fda, 0x04508723, 0x9c41f440, 0xe681edc0, 0x3ee9131c, 0x99f12e46,
    0xde22dbfd, 0xebcb1c0a, 0x06c735fd, 0x09cf50e1, 0xe01315c9, 0xd3ffcc0c, 0x212977ef, 0xfc36f8b8,
    0xe9e735ce, 0xffbbfe3e, 0xdacd02b1, 0x0e560a46, 0xececeb9f, 0x034906d0, 0xf83bf7e9, 0xc9caced1,
    0x32b5eaad, 0x13efe4f5, 0x1fe2cced, 0x4e0c22e1, 0x00180346, 0x17f24405, 0x1017ffa6, 0xd30ad6c0,
    0x3abbb2ef, 0xd52bccfa, 0xf4d3fada, 0x19241a30, 0x01f91300, 0x80dfd6bc, 0xd70f3c1e, 0xfeef1cf8,
    0xfc043daf, 0xdb4bca10, 0xb1531bed, 0xc83e18ad, 0xd639cf08, 0xe9340c02, 0x1b7f56bb, 0x272dcf3f,
    0xd471c41b, 0x2623cfd2, 0x80fc5417, 0xfff0e750, 0xd41d59ec, 0x0b1ab533, 0x05f75207, 0xb88cab49,
    0x3905f421, 0x1fd1ae38, 0xcb45c7ec, 0x0e16d1ff, 0x27f139bf, 0xf9e289ed, 0xb62c490c, 0xd0c42ade,
    0xa61ae2fe, 0x2a20c4e4, 0x9f813630, 0x46fa082e, 0x3222bddf, 0xd92b0ab8, 0xe5e4fad8, 0x06480c42,
    0xa5081bd7, 0xfa1a5cdd, 0xbc098e28, 0xf505b024, 0xd2016df3, 0x0b303109, 0xf8141ff0, 0x5218f7a9,
    0xca8e1e31, 0xea811d01, 0xd107e7f1, 0x36000d43, 0xf3cfbecc, 0x3312eefd, 0x02680824, 0xdfbc0395,
    0x1d3003c3, 0x42fcf4b1, 0x0b661da6, 0xbc38ee0c, 0x38f0f3e7, 0x94065bfb, 0x14e880b3, 0xfc04fb0b,
    0x00be4cf0, 0xb0ed11c6, 0x19cbcf12, 0xfe3ce699, 0x0932e3f1, 0x3098074a, 0x91dadc55, 0x04cf0efc,
    0xdbf91fd2, 0x2403ce02, 0x63d31617, 0x32500bce, 0xce37f3ef, 0x5ed3d979, 0x09f9e4ef, 0xfff30ff2,
    0xe8a1feaf, 0x3ec42c43, 0xdcf2f90c, 0xf11d80c5, 0x2f3b3e54, 0xa1fe65ec, 0xec4a0749, 0xfde6041f,
    0x402de913, 0x20811f16, 0x58860306, 0xc9fb9707, 0x3b19af11, 0xbe2d0adc, 0x29e72cad, 0xd78735f3,
    0xbce02d25, 0x28cadbfd, 0x112f4321, 0xdc0b36d4, 0xf4b3c62e, 0xed33c557, 0xfd16e2f1, 0xb3f6b315,
    0xf79b14ee, 0xfa0a8e5b, 0xc8bcd33b, 0xd90208f1, 0x12422df7, 0xaa415c25, 0xd06deaa1, 0xeb3a0562,
    0xfee3f4c9, 0x46fe292a, 0x044d222e, 0x00edfbfc, 0xdd231820, 0xe23711c6, 0xdfef3632, 0x08e0d343,
    0xd7eb090d, 0xfe28bdd0, 0xf403c207, 0xfc29f806, 0x2114e43d, 0xd1d8e2ba, 0xedf8f804, 0xf7f5cc33,
    0x31240fb9, 0xe081dbf6, 0x12044519, 0x41d8203d, 0xba1a7eac, 0x04e420ff, 0xf3f7d1fe, 0x1ae806ee,
    0xf1b5052f, 0xe4c803f3, 0xd017f2ef, 0xc3b7ebc9, 0x01b411f7, 0x0e0026d3, 0xede9cef8, 0x0ac6abaf,
    0xe816f22b, 0x1142c9c9, 0xc3ce2c08, 0xb72dfffe, 0x25c980f1, 0x1313eec8, 0xec5e96e9, 0x011ae4b5,
    0x00242ae9, 0x00f0d4d8, 0x040320d8, 0xeee1f635, 0xa9fe21d8, 0x18d8c87f, 0x421a0dbf, 0x36d8d30c,
    0xdf222bbb, 0xcce50ef4, 0x101df2e6, 0xdf17fae4, 0x0cd5f64a, 0x08bcd71c, 0xc13226fd, 0x240522ea,
    0x322a0f3b, 0x0011412a, 0xeb220b3b, 0xefdafdfe, 0xf945d20f, 0xde3c491a, 0xecffe050, 0x37ea0a05,
    0xc20908cd, 0x7af453b5, 0x9ccefce0, 0xa9e4f8f3, 0x34cce5d7, 0x0eca4a07, 0x1229eaee, 0x24f51edc,
    0xdeee3690, 0xc5bd15cd, 0xff0603c9, 0xf62fd3fd, 0xf102a57f, 0x6be041be, 0xed460eef, 0xf71b18cc,
    0xc125291b, 0x15f4b6d6, 0x1a51f660, 0xd70a0316, 0xcae0f0b9, 0xf3c90d57, 0xc3e9b882, 0xdd0c273a,
    0x248bb00b, 0x01200b30, 0xae052b0f, 0xe0422101, 0xc743d598, 0x7ed2f5e0, 0xa6ddb921, 0x43a0e6fc,
    0xe2fc0d33, 0xcef280ec, 0xf304fd7f, 0xd7f66a00, 0x4219d71f, 0x0e0501d3, 0x172d1120, 0x85401cfe,
    0xff26fc0f, 0x18ecfbd9, 0x5236fdde, 0x052117f6, 0x08cccc1a, 0x863330ef, 0xdbedac48, 0xf9026dec,
    0xcedddce8, 0xdbc103f3, 0xf7f5b51a, 0xecf5fede, 0xb4dd1719, 0xf322f8d4, 0x1fffdbc2, 0x4828071f,
    0xfcf236d9, 0x0d21d7dd, 0xf53dc4c7, 0xe417f13d, 0x4310abe5, 0xe120f725, 0x0923eef4, 0x2539530b,
    0x48d74b32, 0xfed80a19, 0x8146aa0b, 0x131be509, 0xd8fb0af3, 0xfaf0f7ad, 0xd50ad22e, 0xefd51bfc,
    0x0f40e4d7, 0x5a08cdd1, 0xe2c1ea20, 0xf0b8cbe5, 0x16fadff3, 0x29f44133, 0x0ac6fd0c, 0x980b0cf3,
    0x050109bb, 0x39130be7, 0x37bff125, 0xf0f6ae81, 0xf0c1f6f8, 0x2815cc33, 0x18fcda3f, 0xdd19b9c3,
    0x32f70b18, 0x5609df06, 0xaf3e262c, 0xcedebe01, 0x4cfc370f, 0xd9d616c4, 0xbcc6fe2e, 0xdce511d9,
    0xe5d8b72c, 0xd9ddb9da, 0x0731a3cc, 0x0034fd81, 0xde2f2122, 0xfbde4f09, 0x16effdf6, 0xd4850dfc,
    0x473a0ab2, 0xee8b9ee3, 0x1e30b8d3, 0x00e265e9, 0x0ad11705, 0xed06d8fd, 0x100bc1ed, 0x5bdad0f9,
    0xd0dc1c0a, 0x23c87f1b, 0xf3066211, 0x49eefe0d, 0x08200ef5, 0xa4254309, 0xb0f90af5, 0x023bdacb,
    0xd01ef6b1, 0xb4c03714, 0x03dc33e9, 0x7d0520f7, 0x0b13f9a2, 0xfaf7c8d2, 0x43321230, 0x154ce435,
    0x45161232, 0x18bc05d4, 0xc5e5f8ed, 0xbae6ac66, 0xf4e8cf07, 0x30eb081a, 0x3df4c005, 0x1514c31f,
    0x40f0bfef, 0x15cac7f7, 0xe919351c, 0xf615e214, 0x30b539bc, 0xc80add12, 0xa3e3e4a1, 0xe7170aec,
    0xf93804b0, 0xe71206b8, 0xf7f12d11, 0xf8da07bd, 0xf9c42292, 0x8110fd28, 0xfc344664, 0xada01512,
    0x2b3e0fba, 0xf40f15dd, 0x06e5c5eb, 0x01f6282f, 0xf62227e2, 0xf6faf103, 0x1218e57f, 0xfc000b0a,
    0xa20fe609, 0xf80d2114, 0x00232afc, 0xf513fc0c, 0xe708feb7, 0xff1afeec, 0xe3f0c5fa, 0x2f07b721,
    0x1522ccdc, 0xdd31fc05, 0x17b5ede3, 0xd5f90a4e, 0x2637e637, 0xf514fcfb, 0x11f10104, 0xe132dc11,
    0x08dff204, 0x190adde8, 0x0ff4ffcf, 0x0cb7e514, 0x28dcdefd, 0xebdb1303, 0xef50a502, 0x4922390e,
    0x3bc4dfdb, 0x10f3ab03, 0x812a03c5, 0xf8bfe9e2, 0xd1ebee81, 0x56000300, 0x0b05dfea, 0x06f720eb,
    0x21dc26a0, 0x9a07e702, 0x14b00016, 0x39141733, 0x2808b70e, 0x7f0620e4, 0xd3f00802, 0x02f52b2c,
    0x2fe8c35e, 0xe84d1e81, 0x03262ffd, 0x6530a9db, 0xce1c15d3, 0x3ade0f0d, 0x11f4cc10, 0xfffae310,
    0xd32cd400, 0x21ea60c7, 0x2833f407, 0x1afb300e, 0xe3e01317, 0x3428244b, 0xacc13423, 0x4b212002,
    0x2b2e1630, 0x4b00ebf2, 0x45e3fe0e, 0xf156ee17, 0x19d1ebdd, 0x1d520314, 0xd6d7d507, 0x261c2e23,
    0x0de524fa, 0x04c89008, 0xec05e5ea, 0x0535bab0, 0x0548f4ff, 0x02f5df28, 0xf335e904, 0xdbeffee2,
    0x33efd19b, 0xd9f2f7c6, 0xc1a5c5c7, 0xabba3431, 0xceec27fe, 0xfde3ff58, 0x9699fa0c, 0xb907dcf8,
    0x870d94eb, 0xfdd35e2b, 0xf6e983c1, 0x36ea00f2, 0x24451519, 0x02a6f981, 0x41117310, 0xfee5e8ee,
    0xc3f2d40f, 0x80fd2208, 0xb6654815, 0xa2f92ce7, 0x1204d3d1, 0xe0e42db8, 0x0d1ee80f, 0xeb234ce1,
    0xd806fe10, 0xb745cded, 0xd531e8e8, 0xfcecf020, 0xcc0e3e93, 0xf23f13da, 0xfb2df7e0, 0xfd2a3746,
    0xd154efb0, 0xa7f8e9f5, 0x7ecc084b, 0x49fad7d5, 0xd881f4d7, 0x1003ee16, 0x3345cd57, 0x1bb33dd7,
    0x060cafde, 0xf1584624, 0xd2b947f4, 0x058422b3, 0x23acc9a3, 0x1cd326ef, 0xe85110f5, 0xd50ad8cd,
    0x2707dcce, 0xeb3c0a02, 0xa610d7fe, 0x0bf30b01, 0xbcb1d948, 0x1fdeedff, 0xa8b3f001, 0x21a123b0,
    0xe8acfeef, 0x2aea9ae5, 0x1f07b303, 0x57cb2004, 0xebb9b112, 0xe8aeebe5, 0xd6cace39, 0xd8d41820,
    0x26152602, 0xc6dde108, 0xe635c508, 0x33092cfa, 0xb2f1eef6, 0x47ed0b07, 0x201e101e, 0xc75931dc,
    0xfb2423e0, 0xf10016e3, 0xa8e8f911, 0x36f1dde3, 0x80d61dfa, 0x111e0dfe, 0x14e717f8, 0x46382644,
    0x469dc432, 0xa8a4f50e, 0xfb045481, 0x2507c70c, 0x27f50218, 0xd5c219e2, 0x57022d3a, 0xa4d3e7fb,
    0x0d36fa29, 0x220dcebc, 0x5e05c1e6, 0x2ff43c6b, 0xddd238c7, 0x1e4eea2b, 0xff212bd3, 0xf7e421ed,
    0x2798fd28, 0x3adff9ac, 0xd12c0b63, 0xd10f04a8, 0xdcf5c2b0, 0x31190745, 0x3ffb1a16, 0x05f0ceec,
    0x1c07b7f7, 0x5d29f63a, 0xf7dd26e8, 0x2ac702f9, 0x3f3d14e2, 0x2dded904, 0xeec8cd74, 0xd0a71d11,
    0xc448dd3c, 0x1c387f2e, 0x5300e525, 0x2b30f8e8, 0x42c8317f, 0xec0becd9, 0x24da2a0d, 0xf75ec81d,
    0xd80cdfac, 0x099e2210, 0xe5c9604d, 0x55d938fc, 0x18f7e30f, 0xcdcd0ec8, 0xd8bc813c, 0x16e604f7,
    0x2ec1271b, 0xe5a2ed37, 0xafe28b2b, 0xab18da82, 0x5f4339a0, 0xcf2602a3, 0xd8d22329, 0xff1bc307,
    0xad984fe3, 0xf81d2fb8, 0x1ef59bfa, 0x062a11d3, 0xf901ddf9, 0x01992952, 0xc0f0c4e5, 0xa285d6f0,
    0xec062dd5, 0xf0fe04c6, 0xedcf9681, 0xfb21ddce, 0xc1d7230d, 0x2a115012, 0xe70b05dc, 0x24045616,
    0xeea5153c, 0xf081c3e4, 0x61f8f5c5, 0xd121085a, 0xf2077f05, 0x46470cef, 0x2b2c9c19, 0x02d01a1f,
    0xfdf80fed, 0x0d2d0bff, 0xc4dcdc1e, 0xe114ffd0, 0x040b06fb, 0x11f2a8e9, 0xeeec5fef, 0xaaf8daaf,
    0xe5e31b3b, 0x3828f959, 0xe9c7c5fb, 0x2732ff9b, 0x6d27a729, 0x9630fc1e, 0x5502f331, 0xf1511b4a,
    0x39f1ede5, 0xf3aa5c00, 0xe5d50654, 0x771521a5, 0xaeec122e, 0x39dbf817, 0x282df1ee, 0xd254d93b,
    0xf02cffd6, 0x02f6d9d5, 0x2bed051d, 0xd43c4f06, 0xeff1b9bc, 0x341323ea, 0xfd360ddd, 0xe718bc24,
    0x38f580ed, 0x2eb60b05, 0x1a144381, 0xe9e254de, 0xfb19f116, 0xb24e361b, 0xfefe01f9, 0xce20efce,
    0xfae0d072, 0x1ff3ec07, 0xcbbc0df3, 0xce4204ed, 0x061a3c0d, 0x1e1ccb02, 0x264bda33, 0xc344cef8,
    0xc51c03c1, 0xa0922322, 0x24eb2b12, 0xf13c120b, 0x0233f00c, 0xd62f2dcc, 0x044a210b, 0x04f8b5cb,
    0xeeee330f, 0x29382081, 0xc42cfb3d, 0x2ff3141a, 0x35f7c6d9, 0x141eb803, 0xf1d03f2a, 0xd821ecdd,
    0xcdac0a37, 0xff0916db, 0x000565d7, 0xe347fa2c, 0xfbb2c11c, 0x33d70d12, 0x191bc404, 0xd729fca6,
    0x042be0c7, 0xdd0e25d0, 0xe7f2bfe4, 0x530316b7, 0x27df4eda, 0xcedeb9e8, 0x3dff1719, 0xc1fc16aa,
    0x9cb84edc, 0x21e5cc9a, 0xd01880ce, 0x3028510a, 0xcbe70e06, 0xf593f103, 0x0f17f130, 0xe1022007,
    0xce57086b, 0x5921ccdf, 0x03eb300c, 0xd0cff531, 0x4ec61df5, 0x093127e0, 0x2a0ff700, 0xeb02dd03,
    0xcc198efe, 0xc1aac5ec, 0xd406064a, 0x220ff3de, 0xe41ebac9, 0xd50e1e29, 0xa4f2285b, 0x2f96dc14,
    0x31a2f8da, 0x9c3ae61d, 0x2245e8df, 0xcb1d01fc, 0x814dd9dd, 0x0dfb0d81, 0x24e90b98, 0x449e05e8,
    0x19e9d296, 0x2835d5f7, 0x30acdcd9, 0xfe56e917, 0x3fd4ecf7, 0x0811314e, 0x008bedb7, 0x44e627b8,
    0x20d1ff0a, 0x0a31d724, 0xdd2c65f5, 0x023e1e20, 0xe3e923f0, 0x510c0e05, 0xeed4aa0f, 0x3b0c2b3c,
    0x358e431c, 0x1213cfdf, 0xb4031172, 0x0b2d1870, 0x292038e8, 0xccdbb8e9, 0x32373301, 0x3a20cdeb,
    0x0821541a, 0xfbaa9c50, 0x35a2ecce, 0xe2098129, 0xfaf00b32, 0x05fec938, 0xceb3d381, 0x16ea24dd,
    0xf51b8f13, 0x1ceda720, 0x35e5edfc, 0x8f18fa9e, 0xfa0ad4d9, 0x39c4d62b, 0xdb10f4f4, 0x38b73ad8,
    0xcd0d1e15, 0x110da6f8, 0x8dedec07, 0xc9da3725, 0x24812b04, 0x610f8089, 0xf0331621, 0x2dc9a14a,
    0xe01ee227, 0xfb1011e4, 0xd8f726ee, 0x1dede3c9, 0xfd04b3bc, 0xe61faed7, 0xad623314, 0x01cfe2f0,
    0xfed0d249, 0x1c311510, 0xd0bff016, 0xc85f22d5, 0xfd0a9c0d, 0xd8ec0bc3, 0x24320aea, 0x2cfb1f50,
    0xebdfea07, 0x3b9e9d17, 0x0ae5be38, 0xdb1745bf, 0xdac72b20, 0x0d2eafec, 0xd0702e35, 0x2bfd7619,
    0xe02434c0, 0x3fea2e07, 0x056e54da, 0x25e82b36, 0x0a0c96e6, 0xe046df37, 0x114002e6, 0x20090530,
    0x2b1a4bf8, 0xe031edd4, 0xfbf4c6d3, 0x0deddd18, 0x17d51801, 0x7ef410ec, 0xfd0ae0e8, 0x28473d1b,
    0xeb1909d6, 0xc8c609d9, 0x38eadf2c, 0x061d2ec7, 0xe11614e3, 0x037f0818, 0x50e72ea2, 0x3036b2af,
    0x20f03828, 0x22be9cc2, 0xd013371f, 0x1e9a2c34, 0x431af034, 0x110558ec, 0x2f1a44b0, 0x72082dbb,
    0x40e53667, 0x451620d3, 0x1a1fd7e1, 0x4400060a, 0x7f48d2db, 0xd2f6f80e, 0xfe4113ec, 0x4bc0c9c2,
    0x1838fbe8, 0xf829acf0, 0xcd3e04e8, 0xc9812727, 0x395cb1ca, 0xda1fc9e7, 0x96280e41, 0xea99d7ff,
    0x6ea6121d, 0xe3302b13, 0x13ffc350, 0x3a330820, 0x46e130fd, 0xe1e0112a, 0x142cd205, 0xd8c527ef,
    0xd702b5bf, 0x40f4257b, 0x2100da0e, 0xb771095d, 0x112d22ff, 0x00e657ed, 0x29f31afb, 0x2f00c2ea,
    0x2ce12a34, 0x3ed21b1f, 0x052effb4, 0x1ef01fd6, 0x00daddc7, 0xf6f32570, 0x397012f3, 0x012b400b,
    0x163c29b7, 0xfcdef656, 0xd9f5fdd7, 0x2de412cd, 0x1b07f815, 0x121ca190, 0xe7ebfb4b, 0x18ea0b20,
    0x3feb467f, 0x09447ee8, 0x561de075, 0x161625c1, 0x71cf63d9, 0xda14e3c8, 0xf016ebd8, 0xc213ea3d,
    0xf5402511, 0xe639f8de, 0xf0adcfcb, 0x1e0626d5, 0xf4e40064, 0x04ecc55d, 0x29e5adc8, 0x15b93db9,
    0xc7f910ff, 0x27cb2551, 0xb72831ba, 0xd8ee25c6, 0x2150e80c, 0x1232e12a, 0x87be32ed, 0xc1ef3118,
    0x11fa00f7, 0xdbebc185, 0xf318f5c4, 0xff2b80cf, 0x162cee1e, 0x07874c2d, 0xdda14adb, 0xf610f4e9,
    0x553de6c5, 0xd2bb9b15, 0x1be8df13, 0xc5e121ec, 0xe01508c3, 0xc4bcdc81, 0x1d3b376e, 0x1456be03,
    0x2222f52b, 0x59fad614, 0xfc061b31, 0xf61fc318, 0x3cecd3c5, 0xeadcffeb, 0x28ad4e0c, 0xfa1ce611,
    0x0e023e09, 0xbab33c1d, 0x00e701d4, 0xdc32d3c3, 0x1065e4c8, 0x07030c00, 0x29280823, 0x12e3d2ec,
    0x681615ee, 0xf600edfd, 0x13f2d1c3, 0x80f5dd81, 0xb9f735fc, 0x24ef0204, 0xf4cb0eec, 0xb1b4f9cc,
    0xc311173a, 0x31149215, 0xd39c31d7, 0xf0f845c2, 0x27e1bc23, 0xb2150e37, 0x28f6ff15, 0xfc4f3646,
    0x1326f616, 0x0e350ae7, 0xf015ef0c, 0xc53fd5a4, 0xe00fdc00, 0x1842e9ff, 0xf02c3bbc, 0xe131190d,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op4_bias[64] = {
    84432, 6924, -49615, -68016, -9409, -52506, -36147, -31552, 29597, -74659, -74595, -9654,
    15368, -49029, -64802, -27917, 34848, -39270, -85435, -35743, 47438, -49534, -55630, -43648,
    -75027, 15141, -34915, -40593, -28170, -58461, 37518, 86589, -86188, -107966, -76966, -44158,
    -64955, -24334, 39089, 72564, -146403, -53844, 29579, 15354, 24557, -32104, -76382, -9863,
    -58645, -36841, 1052, -13599, 4445, -73475, -5991, 134399, 50111, 35811, 7610, 95981, -45571,
    -34201, -16034, -33003,
};

/* (C_OUT), Q0.31 */
static const int32_t op4_multiplier[64] = {
    1589100108, 1903109288, 1911979040, 1506067736, 1296651141, 1670430134, 1900302353, 1276565042,
    1685759575, 1936061894, 1411053644, 1976322286, 1340226780, 1780279257, 1169710409, 1277824369,
    1125860275, 1112651932, 1349980863, 1923218177, 1541755947, 1914887159, 1590378350, 1465689980,
    1255757098, 1200647774, 1120833680, 1697790405, 1452509553, 1202291894, 1215838770, 2058732972,
    1354056241, 1080731217, 1679304216, 1273268483, 1779497248, 1751205928, 1472540616, 1164549586,
    1583446698, 1603438223, 1617689282, 1134419184, 1804453268, 1150823473, 1278092369, 1118217148,
    1210174764, 1369967488, 1119187052, 2106482551, 1646402429, 2024337359, 1886229960, 1802606324,
    1271534915, 1577009457, 1463870041, 1084820040, 2006702001, 1194966333, 1697469990, 1504810916,
};

/* (C_OUT), bits to the right */
static const int8_t op4_shift[64] = {
    8, 8, 8, 8, 8, 8, 8, 8, 8, 9, 8, 8, 8, 8, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7, 8,
    8, 8, 8, 8, 8, 9, 8, 7, 8, 8, 8, 7, 8, 7, 8, 7, 8, 7, 8, 9, 8, 8, 9, 8, 8, 8, 8, 7, 8, 7, 8, 8,
};

static const tinyml_convolution op4_layer = {
    .in_height = 25, .in_width = 5, .in_channels = 64, .out_height = 25, .out_width = 5,
    .kernel_height = 1, .kernel_width = 1, .stride_height = 1, .stride_width = 1,
    .dilation_height = 1, .dilation_width = 1, .pad_top = 0, .pad_left = 0, .in_zero_point = -128,
    .filters = {
        .weights = op4_weights, .depth = 64, .channels = 64, .borrowed = 1,
    },
    .stage = {
        .bias = op4_bias, .multiplier = op4_multiplier, .shift = op4_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 5 (DEPTHWISE_CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT, KW, KH) */
static const int8_t op5_weights[576] = {
    -127, -46, -72, -44, -6, 13, -87, -20, -25, -87, -93, -112, -43, -2, -127, -65, -83, -70, -54,
    -99, -122, -127, -69, -11, -79, -51, -4, 127, 19, 77, 92, 24, 106, 108, 28, 30, -2, 64, 127,
    36, 40, 22, -39, 17, -4, -32, -29, -77, -127, -64, -100, -19, -31, -58, 33, -10, -79, -127,
    -85, -113, 7, 40, 114, -103, -127, -33, -93, -71, 87, -103, -34, -19, 127, 46, -7, 58, 17, 8,
    -24, 1, -33, -127, -56, -11, 105, 16, 6, -39, -16, -66, 127, 49, 51, 3, -33, -98, -56, -40,
    -23, -47, -59, -6, -64, -50, 76, 103, 58, 127, 88, -14, -99, 127, 12, -6, 27, 35, 19, 127, 79,
    67, -14, 10, -33, -55, 6, 0, 102, 90, 86, 127, 60, 82, -32, -19, -13, 5, 39, -44, 107, 21, 6,
    16, 52, 127, 7, -25, -47, 24, 40, 127, 14, -6, 120, 96, 127, 4, 45, 88, 62, 11, 19, 20, -127,
    -60, -76, 25, -2, 51, 49, 44, 74, 89, 101, 127, -73, -78, 15, -95, -71, -28, -88, -50, -5, -30,
    -42, -97, 68, 33, 127, 127, 40, -71, 57, 50, 70, 3, 5, -58, 127, 84, 29, 58, 50, 68, -5, 21,
    31, -24, 22, -69, 88, 120, 105, 22, 101, 127, 127, -98, -63, 85, 73, 64, 35, 33, -96, 34, -6,
    -127, -60, -65, -120, -41, 6, 42, -29, -96, -127, 4, -41, -80, 51, 30, 81, 77, 85, 127, -85,
    -43, -50, 0, 3, 8, 82, 64, 127, 44, 67, 110, -4, -8, -63, 66, 127, 17, 38, -39, 58, -44, 45,
    24, 18, 58, 127, 15, 51, 76, 29, 19, 7, 127, 98, 16, 94, 48, -23, 40, 4, -37, 96, 33, 127, 87,
    22, 46, -2, 20, 9, 73, 35, 86, 127, -40, -105, -106, -49, -86, 21, 51, 127, 84, 34, 34, 73, 33,
    34, -127, -126, -51, 34, 57, 84, -45, -42, -94, -7, 98, 127, -12, -14, 43, -28, 3, 38, 127, 19,
    -76, -4, 94, 53, 77, 48, 25, -36, 61, 127, -32, 27, 42, -16, -6, -9, 102, -30, -127, -118, -31,
    61, 7, 22, -65, 72, -127, -90, -32, -43, -64, -23, -71, -56, 40, 61, 127, -51, 88, 79, 1, -47,
    36, -57, -127, -123, 52, 65, 41, -87, -39, -26, 127, 9, 24, 17, 6, -7, 16, 4, -9, 16, -104,
    -127, -46, -77, 14, 58, 18, -23, -127, -70, -71, -1, 25, -25, -65, -26, -24, 96, 127, 107, 25,
    56, 27, 11, -1, -13, -20, -64, 18, 53, 127, 73, 30, -3, -19, -104, 43, 127, -22, 61, 111, -1,
    25, 81, 127, 103, 80, 59, -26, 18, 100, 30, 38, -127, -74, -98, -47, -16, 3, -11, -4, 1, 36,
    127, 41, 75, 54, 49, -42, 15, -7, 24, 57, 78, 54, 21, 127, 33, 1, 14, 127, 68, -61, 103, 102,
    -32, 121, 55, 82, -25, 98, 127, 80, 30, -63, 11, -52, 11, 68, -97, -70, 10, 11, -127, 84, 19,
    -52, 19, -127, -3, -74, -31, 1, -31, -10, 14, -27, -103, -121, -101, -89, -127, -20, 3, 6, -21,
    -15, -127, 14, -25, -93, 95, 33, 2, 127, -5, -91, -48, -26, -31, 29, 45, 10, -39, 22, 74, -40,
    17, 127, -1, 30, 44, -32, 27, 127, -72, 43, 62, -36, 13, 70, -40, 21, 127, 68, 20, 83, -5, 18,
    37, -127, 36, 36, -43, -28, 35, -4, -28, 9,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op5_bias[64] = {
    -50485, -79947, -73267, 73553, 32244, -63395, -26345, -59283, 23698, -23193, -2221, 18637,
    22699, 23282, 56903, 38822, 30627, 56732, -2967, -979, -9784, 26325, 57778, 59965, 20004,
    -40571, -24567, 14501, 49114, 36116, 49225, 42528, 55002, -6795, 60433, -38864, 31463, 45781,
    19984, -22288, -52681, 40842, -36088, 22247, -32082, -44571, 54444, 23190, 38315, 62185,
    -44253, 43561, 50595, 67603, 27102, -17944, -29509, -69513, -16490, 657, 28335, 23779, 40134,
    -13816,
};

/* (C_OUT), Q0.31 */
static const int32_t op5_multiplier[64] = {
    1523258543, 1450001164, 1706863631, 1822045994, 1380157744, 1881378541, 1683950398, 1314193620,
    1104971827, 1971139800, 2068646896, 1728611577, 1810887308, 1446848254, 1622482139, 1077975378,
    1095888491, 1145448292, 1819074818, 1786986642, 1213802889, 1428614100, 2029897008, 1307809041,
    1613960369, 1785458809, 1574247452, 1427847133, 1966321508, 1135700873, 1324929674, 1256935311,
    1656788852, 1282559966, 1565964729, 1458574053, 1460280570, 2026495991, 1125855007, 1241436706,
    1435664333, 1513353516, 1117540670, 1882534769, 1339163251, 1098554155, 1456642169, 1084880204,
    1569184011, 1447298987, 1510187941, 1368652412, 1512939574, 1726962095, 1533391710, 1244510396,
    1384543421, 1656784600, 1488975309, 1500532777, 1454199283, 1355092345, 1898074140, 1677547146,
};

/* (C_OUT), bits to the right */
static const int8_t op5_shift[64] = {
    7, 8, 8, 8, 6, 8, 8, 7, 6, 7, 7, 8, 7, 7, 8, 7, 7, 7, 7, 8, 7, 7, 7, 8, 6, 7, 7, 7, 8, 6, 7, 8,
    6, 7, 7, 7, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 6, 7, 8, 6, 7, 6, 8, 7, 7, 7, 7, 7, 6,
};

static const tinyml_depthwise op5_layer = {
    .weights = op5_weights, .channels = 64, .in_step_rows = 64, .in_step_columns = 320,
    .out_step_rows = 64, .out_step_columns = 320, .in_zero_point = -128,
    .stage = {
        .bias = op5_bias, .multiplier = op5_multiplier, .shift = op5_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 6 (CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT / 2, K / 4, 2, 1) words of two channels and two inputs */
static const uint32_t op6_weights[1024] = {
    0x1df9e6b3, 0x1813e3c2, 0x0f310113, 0x2217e903, 0x09fe261c, 0xe43fcb13, 0x0cdda316, 0xf8ebb0d0,
    0xb9e8dcfb, 0xd0cb1f3f, 0xefdc07d0, 0xf3f51736, 0x0d203cc0, 0x31a60445, 0xa40b9e0f, 0xe735080c,
    0x19391911, 0xc917b940, 0x04f62cf7, 0xbf23be81, 0xc4054fe3, 0xf5ebbfc2, 0x16c8f4e2, 0x2d0f1fd1,
    0xea0f37f2, 0xdc141a0d, 0xecef111a, 0x21101017, 0xefeefcea, 0x0a2ac5d0, 0xf913b801, 0xefe58112,
    0x0515511a, 0x07fcbff4, 0x17e752e7, 0xd0253c01, 0x182dcbb4, 0x47084044, 0xdfcfb6dd, 0xfbd6afa4,
    0xeeb4190d, 0x2fb73815, 0x410aed29, 0x00dd99bf, 0xd3f09591, 0x81159ae7, 0x1afbf846, 0xde096b5e,
    0x50330bb1, 0xf7b118f3, 0x0b85f7b1, 0xf1f49544, 0x01cfdac0, 0xfd8eeed4, 0x11f5ef2d, 0x93840323,
    0x280d3301, 0xe126bac3, 0x9ef93e2c, 0xe2eb181b, 0xad963ce0, 0xefe3da3d, 0x1b2db5ae, 0x3a7ffed6,
    0xeb9aa23a, 0xebc41512, 0x1f311236, 0xe2c81f7f, 0xaef115fb, 0xe0eef1c2, 0xf3f217ca, 0xcdf9c4f0,
    0x2a020af8, 0x00d9fc27, 0xdad82a41, 0xdce02bfc, 0x1bf31aa2, 0xd6a8fafb, 0xc713f106, 0x0df8a6df,
    0xcef71d2a, 0x1734d1bc, 0xc6f6e529, 0x04e71033, 0x0bf3dad4, 0xa110ffe3, 0xc329ddf9, 0x04dd345e,
    0xe70b1426, 0xef31fb24, 0x0b312e18, 0xf146c487, 0x1cc51041, 0x63850852, 0xfaf916e2, 0xee0180ed,
    0x57ec0416, 0x26df07f9, 0x3a080d35, 0x09a00cfa, 0xed9e30ed, 0xb51305dd, 0x12241ea4, 0x37d2eed5,
    0x065504e2, 0x4901b3c4, 0x6281a1e9, 0xf8fde7ab, 0x0d3e1be7, 0x47add71b, 0xd98ff125, 0xc142e4ec,
    0xf53defff, 0x38d680fb, 0x1889a6ca, 0xfc55cad5, 0xc94c11ed, 0xd3fa081e, 0x9f1e0a96, 0x19e6d218,
    0x03153ccb, 0xb8d31cce, 0x42e2c3e4, 0x2628af23, 0x9b43e4f1, 0xdcf8d8a7, 0xe6192246, 0xb9f1e8cb,
    0xe0d4f5fc, 0xcb014624, 0x8208484f, 0xb0f3d9d5, 0xf6f21c30, 0xa70ae64b, 0xfb26c105, 0xdc1b00aa,
    0x812eb7d1, 0xaefa58cf, 0x85584ff1, 0xf81aeedd, 0x2dbfdecf, 0x66dbf049, 0xc7f9014b, 0xf2f1fc0e,
    0xeb32e0d4, 0x001527c5, 0xfb0adbbb, 0x1a09c9f7, 0x3581efdd, 0x2b0f08ab, 0x37e43dfa, 0x2c2bcde5,
    0x37bafcf5, 0x17d4e8bf, 0x16401ef0, 0x450930ce, 0x313dc3ae, 0xf703b3f8, 0xd8b8ca2f, 0xe5adeba3,
    0xdd5fba42, 0xfe15d742, 0xffd12236, 0x43903fd8, 0xab910bf8, 0xebe2f0b6, 0x344bce63, 0x54391030,
    0x102a2df5, 0x1f1459ac, 0x0a4d1ce6, 0x22d7fcde, 0x09b4feef, 0x1c16f62d, 0xed9892eb, 0x05f0f8f1,
    0xfc29ad1f, 0xf83ac108, 0xd2fa1efc, 0x0f50c942, 0xdf0adced, 0x949995fc, 0xb2f9e728, 0x0028e2ec,
    0x0b262681, 0x97b40710, 0x3429ea24, 0x7ef2d813, 0xd22cd5b9, 0xf41ec63b, 0x0d10c834, 0x1e9cdac7,
    0x151430f9, 0x2ad72a20, 0xacec3b08, 0x10f72411, 0xc1e1f104, 0xc404ea09, 0xf615e4f7, 0x2a041cc9,
    0x2b0ce8f2, 0x2beb18e9, 0xfca7e5eb, 0x12f52b00, 0x4617e70b, 0xccf8021e, 0xe8becd1d, 0x4a2420c9,
    0xc5812ff8, 0x19e724fb, 0xcde7d3cd, 0x6af92814, 0xcff4162a, 0xc4d78117, 0xcc200688, 0xb1e73e1f,
    0x62dfb7c5, 0xa30930cd, 0xc1f71510, 0x18013807, 0xf1de14d1, 0xd5e8fde5, 0x18f6f236, 0xe013b9f6,
    0xb050151c, 0x230dfb91, 0x52f736df, 0xb7fe08f9, 0xdee9d82b, 0xf20700de, 0xe315cdfb, 0x10f7b9e9,
    0xff17d4e2, 0xb51f1d22, 0x97e2073f, 0x300b6540, 0x271baf3f, 0xe136ebf5, 0x8fc6e481, 0xd5e3a60b,
    0xcb20f72e, 0xec06d733, 0xac0f76ea, 0x030a1430, 0x71befacd, 0xa0fb0dd7, 0xe9fb0bc5, 0xc3210e1a,
    0xeb33c50e, 0x2ad58612, 0x809b2329, 0x28d5f8fd, 0x36e4ae40, 0xc04a41fe, 0xcf03b6e1, 0x0dd8d88f,
    0x0404d416, 0xe8172b3b, 0x8f062327, 0x00141927, 0xf3ebf9b0, 0xb0cc3632, 0x15f7d1ff, 0x33f9d219,
    0x14aef612, 0x21b71a2d, 0xd12919f5, 0xbba9f1ab, 0xf8d7d081, 0x32eec241, 0xd5cf1b14, 0x2a0eb01f,
    0x951598e6, 0x0db1ee0c, 0xfe0c8101, 0xeb08bc21, 0x35c30be9, 0xc0e225d6, 0xf80ada04, 0xf1221d55,
    0x210e9e01, 0x412e2148, 0x3ed7f2bc, 0x26fce5f2, 0xdbf7f3eb, 0xfbf6280a, 0xb4fc1b24, 0x3cfad2d5,
    0x14d0b5fd, 0xf80bc63a, 0x13c13e1f, 0xb01ae36d, 0xd29b1218, 0xe3c1edf3, 0xed1ddfde, 0xe515dffa,
    0x24e6f533, 0x08421f45, 0xf616d4f1, 0x3f0b1528, 0x381801ed, 0x21f0010a, 0xcb0bfb03, 0x4e18f581,
    0xf1d6d11c, 0xea1dedb4, 0xccf22aca, 0x1106fc35, 0xf641e4b0, 0xc103f2d1, 0x80effe00, 0xefd2c3eb,
    0x2729f11a, 0x00f9efdf, 0x3356f7d6, 0x2f51fccb, 0xe4df25e0, 0x4c141813, 0xb92908e6, 0x0fdadbc1,
    0x0e3c0b07, 0xf308e424, 0xf400e0fa, 0x27ab0418, 0xfb9f011f, 0xd52c2a9d, 0x033cd9e0, 0xd0ba00fc,
    0x00240eea, 0xd3b8203f, 0x17d3ff36, 0x22df2033, 0xe15afc29, 0x1664237f, 0xd4c20b15, 0x13012507,
    0x212bd36f, 0x24e1d4c4, 0xbffef034, 0xcabffeff, 0xc283d8df, 0x80d7e602, 0xf2f918e0, 0xdb10db3d,
    0xfe451106, 0xedc1ea01, 0xd1f2151f, 0x0fe4cafd, 0x143c0d63, 0x1a6e1e1e, 0xfc19cee7, 0x0ad2f7e8,
    0x02f63e50, 0x01b41be3, 0xefe7cfda, 0xd5ecf911, 0x37cce326, 0x06061d13, 0x01c92705, 0xe303cc9b,
    0x0e1609ea, 0x0ad2e4de, 0x20ff0a25, 0xede20442, 0xd05fcf14, 0xec21d9f0, 0x32b422e8, 0xd21c4eca,
    0x07b4e1d5, 0xe14d0808, 0x1bd4cff1, 0x00c47ef9, 0xacc10b11, 0x3a982612, 0x070a2ef5, 0xbf0d4b24,
    0xd9fe17bf, 0x19d1213a, 0xfa1b1c3e, 0x1db51281, 0x33f6f907, 0x0b44fdff, 0x191204b9, 0x03010a9d,
    0xc7b312b1, 0x3e1be7c6, 0xc3682a1d, 0xf4a8fcec, 0xd52be438, 0xb1c9d87f, 0xccca19cd, 0xca2746d1,
    0xfbf4b527, 0x068528a4, 0x0b0f0dfe, 0x82169e24, 0xf9efdb11, 0xdb3301c5, 0xeef011b1, 0x18e2fff3,
    0x590b02ff, 0x0929e807, 0x1cb42953, 0x0e2fc3cf, 0x603ab945, 0x2d8ef9f7, 0xdd8a0557, 0x2cde0206,
    0xe04f7eb9, 0x03bbcf87, 0xf319eef2, 0x1f5c11ec, 0x3df9eacc, 0x09dba804, 0xd912b0e9, 0x35b607af,
    0xed2095ad, 0x08445608, 0x0fdb5024, 0xc7571d3a, 0xe2fc29da, 0xf6acd0b5, 0x231bf586, 0x35f4d939,
    0x344ee0ac, 0x0cb11a13, 0x45e248c8, 0x040018e2, 0x18fb0bf6, 0x245742c1, 0xc8f9c942, 0x7f0b1246,
    0x1e1c2257, 0x20e80e1f, 0xf6eddd1e, 0x09f5f0e4, 0xfa49aeee, 0xe11b18e9, 0xade611b5, 0x25c73cd0,
    0x4dbc08eb, 0x06f030de, 0x1cce1a04, 0x3531107f, 0xf8300ccd, 0x13f03b0f, 0x57d30803, 0xf622da16,
    0xfe34eb09, 0x08f080f0, 0xb5cfda01, 0xb01f150c, 0x99ca38f5, 0xe50607ea, 0xfa1a0746, 0x1034099a,
    0x1f172d42, 0x71034f0c, 0x19f30507, 0xf0e00ecc, 0x13212234, 0x03f963e5, 0xfcf5eb1c, 0x7b3af01e,
    0x06b91e4b, 0xa22503d0, 0x32bbd818, 0x220f3f34, 0x3007fd3a, 0x1f2247e8, 0xc4293b0b, 0xf015ccfb,
    0xdf284004, 0x2814f006, 0x356be5ed, 0xc525d50c, 0xa3f40df0, 0x19fbc0fc, 0x27190c7f, 0xd117f109,
    0x2bfcfd12, 0x7ec610d3, 0x020bcdf3, 0xdce92eed, 0xf5402e17, 0xca1e1a56, 0x31d2c467, 0xf1dc0981,
    0x2e05950e, 0x6a314ffa, 0xcd2ba827, 0xc61e00f5, 0xdf0606cf, 0x3355c84a, 0xc9b7f62b, 0xf427fafc,
    0xdc001bb6, 0x201ee2e6, 0x4f94d5f5, 0x13d0f8f7, 0x4c2a04bf, 0x2dc5d2df, 0x08bf500c, 0xe01430e3,
    0x1f13640e, 0x24263c18, 0xf71dbd07, 0xe7e211ca, 0x92dcd629, 0x2b0f0a4d, 0xdb18f7cd, 0x20760502,
    0x0b33ea40, 0xdbf103dd, 0x19f64f27, 0xfcfa3b14, 0x050a05e3, 0x2b36ca6f, 0x18d7e5f3, 0x3c401981,
    0x01c025d9, 0xf3fb7e19, 0xe623101f, 0x5e18d3a9, 0x29a5e6c9, 0x190440dd, 0x60ab7a1b, 0xd700d25a,
    0x320f43af, 0x35a4feec, 0xfe410ee4, 0xc600f1dd, 0x1d00d903, 0xfde52035, 0xf98a15e2, 0xeed4bef0,
    0x1ddb3209, 0x501900d3, 0x01fbd1f2, 0x372be3d0, 0x322c8088, 0xefe2acc0, 0x330850e4, 0xb82c15a4,
    0x4ebb4dfd, 0x6dcfcf31, 0x80c9fc3c, 0x0540fc45, 0xc2ec01da, 0xc8056ee6, 0xc91c18bd, 0x6ae502b6,
    0x384a0809, 0x0f9bb84f, 0xf29dcdf5, 0xd6d2e0ef, 0xfabdda40, 0x1981a1d5, 0x090cc0d7, 0xce423706,
    0xffbad609, 0x9d1f4b0c, 0xb0210ad8, 0x4da170cd, 0x872cd825, 0x08d8d3a2, 0x26de0fff, 0x911b0ecf,
    0x2c38ccaa, 0xd92546b4, 0xc1262aef, 0xc004f423, 0x10062332, 0xbc832b1d, 0xc7d2dbc8, 0xc567beb0,
    0x1035d87f, 0x2342f5dd, 0x121b02b7, 0x2c4e043c, 0xd2e0cdd6, 0x351b26ce, 0xf95de24c, 0x1d100424,
    0xdff400e1, 0x30cd100e, 0x1cdedce0, 0x2b0c09dd, 0xf5051b10, 0xd30be2a5, 0xcbf14af2, 0x9ac3a3ed,
    0xe5d775f7, 0xec22dcf2, 0x19c01b02, 0x3de7cae4, 0x462551c3, 0x193904da, 0xfc653fd0, 0xfee4813b,
    0xcd0f2111, 0xfa1fdcc8, 0x0bf1fdfb, 0xea1b0caa, 0x34bbf20f, 0xd9d1d775, 0xb5810ecd, 0xec1f34d0,
    0xcc32cd35, 0x02e4376a, 0x0df7dc5a, 0x411642e2, 0x3308bfd0, 0x289a0636, 0x4601aadd, 0x02b8dcdc,
    0x012f3ea2, 0xe50b0c05, 0x0024e71b, 0x202802e2, 0xd520ecaf, 0xe460fb98, 0xf0c7122f, 0xf53cc7bd,
    0x1727edba, 0x496c25cf, 0xcb182cf9, 0xf856a981, 0xdfd0ea24, 0x359b191d, 0x09891722, 0xb4d5e1f1,
    0x08a60aad, 0x0713813a, 0x897109b3, 0x170ce4f6, 0xe60bd6b7, 0xdd11003e, 0x15cc08c8, 0xe9651b14,
    0x0131c1ed, 0xfea7a4f1, 0x0de7e113, 0x93db0713, 0xde4f7f35, 0x16131022, 0xd138e910, 0xe919b5bd,
    0x031012a9, 0xff321aeb, 0x0f03f2f9, 0xf62d32f2, 0xf3553a0e, 0x3c0603d1, 0x1904f33e, 0x200e24f1,
    0xfbd204e9, 0xfdd7ca00, 0x12a0ffa6, 0xcfd6f000, 0xcd0f3b13, 0xd8c8033e, 0x8c81fc13, 0x34eecbfc,
    0x1f3d31af, 0xf5341feb, 0x512af8dd, 0x1cf225fb, 0xfafd2ed2, 0xea22ed15, 0x2dbb1c1c, 0x1625b4fb,
    0x1bf3f30b, 0xd50a84f4, 0x2811c110, 0xfed1f22d, 0xa8f02327, 0xf7eaf3fc, 0x9008d41c, 0x2908c9f7,
    0x1920e740, 0x2f1b32ca, 0x1b2d4baa, 0xd8312c2c, 0x270b12eb, 0x1507031a, 0xe0ed1613, 0x3e232c03,
    0x1f2ed6f1, 0xf2f699f5, 0xbdddea20, 0x1e1c0c10, 0x80fdd809, 0x91c1dff4, 0xb2fc0ae1, 0xecee2c2f,
    0xc909f2cd, 0xb9f3e9f2, 0x1a13e425, 0x30e03603, 0xb31ed0d9, 0x14f8dc23, 0x2a7fe534, 0xf9eedfea,
    0x6c59dccf, 0x1f09bd15, 0x01ad025a, 0x2220c803, 0xae88a3c5, 0xde9cf812, 0x422820f8, 0xcd0afcfb,
    0x02b02ca3, 0xf605eb30, 0x1a18f421, 0x0cbf0509, 0x5405d3e5, 0x0152da18, 0xa4b9f904, 0xe82bcd1b,
    0x0902fcef, 0x7ef0d8e1, 0xa7fb0ed4, 0x3018e8e3, 0xe081f9a8, 0xe200e8df, 0xd5e65a21, 0xdcfad90b,
    0xd958e2ea, 0x13fae537, 0x4b41d9f8, 0x3e5bb6d8, 0x28c408ee, 0x292a4de8, 0xa20eeaeb, 0xede426c8,
    0x08ea1d1a, 0xf5ee0adc, 0xb1e72635, 0x2c061984, 0x056650ef, 0xeef10421, 0x0d810220, 0xcbe2d8da,
    0xea690fe6, 0x0fec24ab, 0xd8f24f1b, 0xc9bce5e4, 0x2cfef150, 0x1535f2c3, 0x00fdcae0, 0xe11afd28,
    0xa955f3e5, 0xe4b8eef0, 0xcc28e50f, 0xabd32cf6, 0xfae8e2e7, 0xebd8ce31, 0xc36920dd, 0x1020b205,
    0x0bf22ae6, 0xf008bb41, 0xfacc260b, 0x3ad72115, 0xd7222c1c, 0x28c2094c, 0x810fe9e8, 0x41381cec,
    0x241403b7, 0xece7dda5, 0xf1db27ff, 0x0ac220d4, 0xdb053b47, 0x014a20a8, 0xb6d42b2b, 0x161c0922,
    0xf0cde1df, 0xf5a4ea56, 0x129303db, 0x2f35c7ae, 0xc5c90308, 0x471f19db, 0xe069e443, 0x412345f4,
    0x2afbebe1, 0x14fa2521, 0xc9c8a9ff, 0xd6f92522, 0xfc13e526, 0xd2220aeb, 0x07dbc581, 0xb0f6dfbd,
    0x3e02e4dc, 0x431efad7, 0xdff421ec, 0x0be8d01e, 0x180e91e7, 0xc3dfdd00, 0xea3e301c, 0x281c80e7,
    0xff08d55e, 0xd79cabfc, 0x31fb66cf, 0xd0f0ec6a, 0xfddb04e1, 0x11ec9ada, 0x1612ca1d, 0xf522edd3,
    0x17d4b9d2, 0x12b301ea, 0xe2bbfce5, 0xee578e28, 0x5851129a, 0xebbdc0cc, 0xa4b5d83b, 0x26fcc1eb,
    0xb6ecf033, 0xcf028ed9, 0xbfbca528, 0x4c4df01c, 0x570627f8, 0x3bddd812, 0x936dad09, 0x35dfc92f,
    0x4abe11db, 0xe0d8e881, 0xdde6ddeb, 0x7f230815, 0x20ead1e2, 0x62d49ae3, 0x16c0090e, 0x5e07a6bf,
    0xdc0ba2fe, 0xd29a7f06, 0xe70d74f8, 0xf2fdef38, 0x28b8fb2b, 0x2ff13705, 0x66f2e2e1, 0xe305bb09,
    0x1e15d303, 0xb4fc0b28, 0x29e0b5f0, 0x10f00b0b, 0x01112814, 0x0af43b0c, 0xe3ff43fc, 0xe917b1d4,
    0x50d0f7b8, 0x3b7f11a2, 0x69d2d5e3, 0xf813c5f3, 0x21e71131, 0xfce2f6c5, 0xca280efc, 0x23deb2c1,
    0x5de917b5, 0x421f0800, 0x042708ee, 0x2ff2e5ef, 0xfaca0a15, 0xbc252228, 0xcf1b0a01, 0xbeff1c1d,
    0x4624fa20, 0xe3ecfbdf, 0xe10beef1, 0xa91bc5e5, 0xdb10c9e4, 0xd0fb1a09, 0x3b2ad4de, 0x19c8eee0,
    0xf91c4560, 0x6817a909, 0x15ce0ae8, 0xad072e21, 0x4f73f4e3, 0xeeaf80dd, 0x3e0f1102, 0x1be5c303,
    0xf1080400, 0x3d1602fd, 0xdf03ac0b, 0xd8d91fe4, 0xfde7463c, 0xe67f0e01, 0xec062132, 0x0403ccfa,
    0xd3f8d2e9, 0xece00bef, 0x0eeccc09, 0xd6321af7, 0x12d809e0, 0x681afd1f, 0x130bce16, 0x0c04ffdf,
    0x1815eab6, 0x0ca9e7c7, 0x3b33eaec, 0xd0ed80ef, 0xe5fe0ffc, 0x40e1e73d, 0x358111f1, 0xe4e1a1b9,
    0xde59cf9e, 0xdae6cd00, 0x293fe25b, 0x33bcc9de, 0xe5b330b6, 0xfddd616d, 0xc0d52e3e, 0xf82ee9b8,
    0x361600e2, 0xfd03e011, 0xf5c9f982, 0x3a4ed61b, 0x03f31ad7, 0x26021c4a, 0xc7b5422c, 0x0bfef4f1,
    0xf8143c2e, 0xe8159cd1, 0x1ad6e58e, 0xfdf10f2a, 0x0cfaf950, 0x170100d5, 0x0d9702e4, 0xe21f134b,
    0xf4f7f5dd, 0x811ff806, 0x13a61bdf, 0xf4152194, 0xdf303a05, 0xe2cdf1b5, 0xcd23f3b7, 0x299f118d,
    0xfd0e00a5, 0x11e3f61a, 0x0702014d, 0x2110c1f9, 0x05150123, 0xca5302e2, 0xd2ce0217, 0x2634e116,
    0xad0cd781, 0xf99abb0f, 0xcef7ed2e, 0x0a1ee909, 0xfaf10439, 0xd3ee01e9, 0x2cc9002d, 0xd92df652,
    0x1637060f, 0xe0f5e904, 0x010c82da, 0xef00e523, 0xe8d40420, 0xdbf6c810, 0x0ae80eda, 0x062b02f3,
    0xe1ac05be, 0x1118d030, 0xf506fe39, 0xc20cd0e9, 0x022f2d34, 0x012e0903, 0x8ef72d04, 0xcbf4ebff,
    0x32edbc32, 0x1ee9d9fd, 0xdff535eb, 0x053c25d8, 0xbaed4810, 0x51381b19, 0x9deec4e8, 0x2f04e4b2,
    0x21cdb0e2, 0xcd071ace, 0xd409e6da, 0xf49de4fc, 0xb9f6d7dc, 0x1d132511, 0xe30b3205, 0xf9f105fa,
    0xdc7f0448, 0xfd1aeeee, 0x071412f0, 0xc1f9cce0, 0x49b822b1, 0xfff8e9c6, 0xdae18120, 0xd7b8d3c6,
    0xe11bcad2, 0xb9e4e8f8, 0x27eae3e8, 0x38d3fafb, 0x1618a8dc, 0x34f310eb, 0xd0400820, 0xe4ed49ed,
    0xfae0cdc1, 0xd521f401, 0xfc1324e5, 0xc720cc05, 0x8f1de381, 0xadc31810, 0xf8fbdd17, 0xe9fc3a08,
    0x260c1e11, 0x16022a1d, 0xfffb05e6, 0x14fc351a, 0x19f8f2e8, 0x09c67f09, 0x2dd3cc30, 0x1027000f,
    0x01e5faee, 0x080a080f, 0x25febec2, 0xb927f3fc, 0x8901f41c, 0xc5021416, 0xf1fdd11b, 0xefd1fd0e,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op6_bias[64] = {
    -19192, -88688, -115906, -56537, -19591, -76898, -115179, -61826, -76577, -68177, 588, -73651,
    -91895, -9159, -11136, -134035, -38748, -84172, -17393, -50124, 39907, -59159, -95877, 49302,
    -92747, -42367, -20328, 102595, 84128, 24141, 6611, 28623, -92315, 89234, -105613, -69705,
    -27333, 2511, -30841, -43623, -25061, 34, 40352, -95685, -54702, -38261, -10181, -41875,
    -66715, -38812, -88411, -99386, -41664, 39259, 17295, -33610, -82504, -17991, -45269, -101517,
    -50345, -90712, -32905, -57688,
};

/* (C_OUT), Q0.31 */
static const int32_t op6_multiplier[64] = {
    1213160264, 1455496880, 1163182880, 1388017642, 1108190432, 2042921422, 2052857532, 2146259948,
    1834362233, 1164049068, 1386522732, 1143708228, 1680309211, 1471576759, 2090752072, 1137471918,
    1249970625, 1353525128, 1665759969, 1763917353, 1870470539, 1182696349, 1109107726, 2089901062,
    1107505971, 1608662493, 1932130913, 1227142568, 1091634748, 1825567654, 2103842266, 1856057894,
    1485212266, 1791725889, 1334253423, 1325674954, 1877797340, 1750804325, 1617358755, 1702428228,
    1590396260, 1834599162, 1322017060, 1408797821, 1989737975, 1848661652, 1360149470, 1082262016,
    2021547845, 1202121977, 1149055652, 1490503949, 1146440702, 1394499477, 1501348287, 1136644950,
    1404258696, 1306784700, 1836317972, 1834590969, 1125025287, 1699388713, 1099537352, 1150698843,
};

/* (C_OUT), bits to the right */
static const int8_t op6_shift[64] = {
    6, 7, 8, 7, 7, 8, 9, 8, 7, 8, 8, 7, 8, 7, 7, 8, 6, 8, 8, 7, 8, 7, 8, 8, 8, 7, 7, 7, 6, 7, 8, 7,
    7, 8, 8, 7, 8, 7, 7, 7, 7, 7, 6, 7, 8, 7, 7, 6, 7, 7, 6, 8, 6, 7, 7, 6, 8, 7, 8, 8, 7, 7, 5, 6,
};

static const tinyml_convolution op6_layer = {
    .in_height = 25, .in_width = 5, .in_channels = 64, .out_height = 25, .out_width = 5,
    .kernel_height = 1, .kernel_width = 1, .stride_height = 1, .stride_width = 1,
    .dilation_height = 1, .dilation_width = 1, .pad_top = 0, .pad_left = 0, .in_zero_point = -128,
    .filters = {
        .weights = op6_weights, .depth = 64, .channels = 64, .borrowed = 1,
    },
    .stage = {
        .bias = op6_bias, .multiplier = op6_multiplier, .shift = op6_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 7 (DEPTHWISE_CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT, KW, KH) */
static const int8_t op7_weights[576] = {
    -88, -69, -97, 33, -31, -127, 77, 55, 33, 127, 69, 8, 115, 57, 39, 77, 47, 54, 57, 56, 127, 86,
    67, 113, 82, 72, 73, 95, 23, 61, 74, 25, 31, -11, -36, -127, -64, -36, -81, 56, 53, 61, -127,
    -40, -70, 121, 127, -6, 114, 63, 26, 113, 18, 92, 88, 76, 84, 127, 114, 97, 82, 24, 37, 115,
    15, 115, 96, -1, 59, 101, 2, 127, 127, 31, 32, 126, 27, 0, 110, 9, -25, 127, 61, 92, 107, 108,
    70, 125, 69, 84, 127, -5, 19, 70, 7, 8, 12, -18, -38, 68, 33, 127, 105, 38, 81, 75, 28, 76, 76,
    44, 55, 127, 66, 86, 45, 25, 76, 118, 39, 106, 123, 28, 127, 97, 26, 67, 23, 29, 127, 39, 39,
    81, 6, 6, 53, 75, 4, 127, 86, 25, 127, 84, 58, 119, -83, -97, -71, 98, 42, 75, -127, -7, -88,
    59, 20, 127, 47, 24, 85, 64, 10, 59, 127, -10, 70, 42, 29, 9, 86, 29, 81, 124, 17, 111, 110,
    -2, 102, 127, 10, 73, 98, 39, 127, 24, -16, 49, 34, 5, 88, 37, -5, 41, 27, 17, 81, 97, 10, 127,
    24, 11, 38, 21, 29, 29, 60, 83, 127, -88, -99, -88, -127, -51, -126, 7, -25, 10, 70, 56, 63,
    81, 96, 60, 93, 127, 116, -94, 22, -127, -116, -4, -123, -92, 4, -123, -66, -66, -118, -33,
    -66, -76, -127, -67, -113, -127, -104, -115, -44, -11, -19, -83, -77, -90, -127, -24, -107,
    -99, -36, -103, -58, 1, -90, -17, 25, 72, -93, -34, 5, -127, -96, -29, 81, -8, 127, 16, 12, 40,
    33, 17, 56, -61, -92, -127, 83, 36, 81, -54, -58, -87, 124, 45, 116, 127, 52, 117, 61, 34, 98,
    -105, 48, -93, -127, 7, -105, -123, 19, -121, -7, -1, -15, 7, 64, 127, -4, -8, -2, 44, 11, 127,
    71, 11, 115, 53, 3, 51, -95, -105, 63, -127, -90, 56, 18, -28, 105, -124, -127, -52, -56, -90,
    -99, -22, -82, -55, 75, 122, 127, 93, 83, 99, 82, 65, 118, -86, -27, -56, -127, -27, -82, -47,
    -3, -41, 16, 23, 100, 46, 12, 127, 27, 13, 106, -108, -55, -32, -69, -64, -60, -127, -86, -98,
    -127, -18, -99, -24, 44, -39, -123, 1, -124, 127, 23, 122, 67, -14, 112, 72, 36, 95, 101, 70,
    127, 83, 50, 82, 76, 28, 49, 48, 13, 100, 127, 51, 123, 59, 10, 103, -109, -36, -101, -80, -47,
    -127, 4, -50, -91, 95, 34, 127, 93, 1, 69, 94, 6, 82, -110, -19, -127, -71, -22, -86, -114,
    -46, -105, 127, 47, 96, 114, 95, 91, 68, 24, 23, -127, -74, -69, -84, -21, -40, -26, -11, -13,
    60, 56, 127, 67, 29, 85, 51, 50, 49, 68, 30, 127, 42, 30, 55, 23, -11, 58, -127, -14, -106,
    -48, 5, -25, -8, 6, 3, -81, -34, 18, -67, -48, 1, -127, -64, -42, -78, -52, -127, -121, -20,
    -90, -123, -16, -101, 40, 44, 127, 79, -4, 40, 59, 26, 53, 126, -54, 127, 112, 27, 61, 108, 9,
    54, 117, 80, 71, 94, 55, 127, 63, 104, 42, 67, 87, 36, 57, 127, 32, 50, 1, 41, 25, 11, -22,
    -127, -103, -82, 53, 29, 53, 104, 17, 127, 99, 0, 91, 103, -3, 59, 111, 50, 96, 5, 12, -3, -12,
    -63, -127, -21, -38, -127, -55, -43, -35, -49, -29, -24,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op7_bias[64] = {
    -26817, 72950, 93312, 15566, -31750, 83382, 93108, 76618, 49950, 107188, 23034, 75994, 76508,
    88415, 47864, 89048, -35102, 62817, 58403, 80266, 56072, 53941, 53982, -69764, 97112, -77591,
    -86907, -80989, -74758, -35383, 46323, -37347, 93020, -74958, 20549, 57799, -24927, -83973,
    100796, -58530, 55189, -83151, -59458, 76642, 83362, 74791, -75504, 71202, -83153, 86062,
    -54763, 70116, 49417, -37605, -52135, -86199, 58445, 69590, 94462, 63489, -21158, 70170, 5042,
    -47789,
};

/* (C_OUT), Q0.31 */
static const int32_t op7_multiplier[64] = {
    1241403098, 2049717514, 1385536917, 1234752139, 1381122872, 1182574028, 2006718053, 1648816953,
    1221658638, 1814138517, 1868378034, 1597870785, 1598438080, 1422817169, 1424431941, 1357086400,
    2045797270, 1173240436, 1855986385, 2128332636, 1661567115, 1798684972, 1727344138, 1157808829,
    1272964325, 1742648684, 1235327844, 2089682684, 1295139947, 1678134044, 1433133702, 1908262946,
    1847300895, 1693066365, 1149601053, 1676529785, 1663879443, 1361304277, 1151408701, 1198711143,
    1271964382, 1859548847, 1150306744, 1885532552, 1138940084, 1911087540, 1643209266, 1113462613,
    1439891428, 1514035740, 1505056913, 1486582880, 1642741059, 1714208040, 1104153244, 1422132594,
    1125080926, 1517821061, 2091069935, 1159103937, 1192713954, 1245114651, 1639393047, 1890331253,
};

/* (C_OUT), bits to the right */
static const int8_t op7_shift[64] = {
    8, 8, 6, 7, 8, 7, 6, 8, 8, 7, 5, 8, 5, 8, 8, 6, 9, 6, 7, 9, 7, 7, 5, 8, 6, 9, 9, 8, 9, 9, 7, 9,
    9, 8, 4, 8, 8, 9, 9, 8, 8, 9, 8, 9, 7, 9, 9, 8, 9, 8, 9, 8, 8, 8, 8, 9, 6, 8, 8, 5, 6, 8, 9, 9,
};

static const tinyml_depthwise op7_layer = {
    .weights = op7_weights, .channels = 64, .in_step_rows = 64, .in_step_columns = 320,
    .out_step_rows = 64, .out_step_columns = 320, .in_zero_point = -128,
    .stage = {
        .bias = op7_bias, .multiplier = op7_multiplier, .shift = op7_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 8 (CONV_2D), int8 (1, 25, 5, 64) */
/* (C_OUT / 2, K / 4, 2, 1) words of two channels and two inputs */
static const uint32_t op8_weights[1024] = {
    0xe1f1f53f, 0xdef2f3ff, 0xf92d1d25, 0x0542feff, 0xf4210fed, 0x0306ec06, 0x0a1ff6d0, 0xc8bbcf31,
    0xcafdf7fc, 0x21e3f9ea, 0x13b1dc00, 0x011dd8f9, 0x20e629ae, 0xdde4d2c7, 0x2601ef9d, 0x08baf9d8,
    0xfa1bfcd5, 0xed29052d, 0xf7163322, 0xf0de19ff, 0x1f342cee, 0xf403e2cd, 0xb6f90613, 0x250ede4a,
    0x0f55fdad, 0x061ff7c0, 0x0e41afc7, 0xff81cc30, 0x081ef619, 0x812005fd, 0xdd213daf, 0x181bfcde,
    0x80f7d90a, 0xe7310711, 0x9997feee, 0xfdd3ccee, 0xd9f7c3e3, 0x1cf2f92b, 0x0406b916, 0x1b0f1220,
    0xf3f62f2d, 0x31212347, 0xe581dfe7, 0x08160e2a, 0x28002aed, 0xefced622, 0xfcd910f3, 0xfa34f4c6,
    0xf9051013, 0xf206ef2f, 0xaae1f34c, 0x0bcf1e21, 0xeb202de2, 0x1afaed1d, 0xe2e3f81d, 0xdce3f2ff,
    0x0623e4d6, 0xf3da1513, 0xe4dbe800, 0xf410ecb6, 0x1a2cfdcb, 0x13fef4aa, 0xeeea3406, 0xfb1e07ed,
    0xf6810802, 0x16c308f3, 0x07110f0f, 0xfdf0f000, 0xe6e803ff, 0xe60b0dbc, 0xf7152ff1, 0x80fded09,
    0x14e40914, 0x0c340c11, 0xe4f90e0c, 0xcb041715, 0xea1fae15, 0xd8d61de5, 0xdfd306f1, 0xb9ec0105,
    0xeeef0ada, 0xfdf71021, 0xcf1728fc, 0xef081916, 0x05d5e50d, 0x1b131108, 0xf4042fea, 0x03e903ff,
    0x1cc5f602, 0x2103f5de, 0x06f4e3f5, 0xe8f8f6ea, 0xfb1800f8, 0x1900e31a, 0xfe0a043c, 0x0605070e,
    0xb307d5d3, 0xd3df0eee, 0xf345c34d, 0x0bdea506, 0xfab31103, 0x06d8cde3, 0xf316eaa1, 0xe9fa1315,
    0xd10336ca, 0x1438199d, 0x8112cf07, 0x1f29ff08, 0x23410097, 0xb50be5a5, 0xd110f21c, 0xfc960037,
    0xf2000f20, 0x07d4fdfd, 0x05d30322, 0x1e091809, 0xc5d31d25, 0x057fd3e6, 0xdf19ffd0, 0xc6d7f3fe,
    0xde3908cf, 0x19f01e15, 0xf91abb08, 0x0507d00f, 0x1f16a24c, 0x1af7f109, 0x10c121f9, 0xf0f4e22d,
    0xcc37ee31, 0xddfef9cb, 0xfcfa07a7, 0xb1eb29f6, 0x80f60b0d, 0xd89bf9d4, 0xfe0222f9, 0xf2e59f1d,
    0xaff8211c, 0x2530141c, 0xf981b40c, 0x2d1e1009, 0x3bbd37f6, 0xc8c7e608, 0x4af52dea, 0xe61ae6eb,
    0xc61a3efb, 0xbf209600, 0xc42a251b, 0xfe1013f8, 0xdaee430f, 0xe9dff8de, 0xa7e2d029, 0xb2c6acf2,
    0xb7fabc26, 0x3113311b, 0xbcecc3a3, 0x2ff6a0e8, 0xf503e4e2, 0xeee0edd8, 0xe60641f1, 0x351127b5,
    0x0aef0e8f, 0xf82de713, 0xe0e2e6db, 0xf801d3fa, 0xefdef926, 0xf029f314, 0xdfd4f115, 0xf1f21ea1,
    0xed2a041f, 0x14181a33, 0x80a8dae9, 0x22410315, 0xfc0c0107, 0xc2da0e19, 0xe3ece115, 0x17f1ec0d,
    0xededf534, 0x1a811be3, 0x12d32f2e, 0xeec91618, 0xfd330806, 0xe924e407, 0xef2a114f, 0xf0d3f005,
    0x133a05c1, 0xfd401e33, 0xf428ec06, 0xf717e3c8, 0xf8e4d701, 0xf832ddd0, 0xfeb401e4, 0x01a9b317,
    0xf2e3047f, 0xdbe1f5f9, 0xf7241a9f, 0xff04cc2e, 0xbb07dc21, 0x1bc5fba1, 0xd54a8123, 0xe699fcf3,
    0x0113051b, 0x244d081b, 0xb9c4d729, 0x0e41cff5, 0x24d21de3, 0xb2f4d9c0, 0x1edce1f1, 0xfbfff803,
    0xf53ff4dd, 0x0bfb0329, 0xf53c181f, 0xee1c3ad9, 0x24163016, 0x03f0088c, 0xc2eef80e, 0x0404c7eb,
    0x1843ee23, 0x1130f089, 0xf900d5a9, 0xe299ddd6, 0x146803d9, 0xeeaafcf4, 0xe31528d2, 0x1129dec3,
    0x089d060c, 0xf0dcf406, 0x03811ff1, 0xab0ceaf0, 0x83f4811b, 0xcedfdac2, 0xeeee133a, 0x1bf42026,
    0xf0b3230d, 0x4f230223, 0xdf0df8cf, 0xf6fe0fea, 0xec1b1924, 0xbfd4e21c, 0x06082019, 0x1d18c5ba,
    0xe4df1cc5, 0x0609fe48, 0xd01e0e31, 0xf9f52114, 0xa2edf335, 0xfae220d4, 0xdfecf63e, 0xcf11e507,
    0xd308d012, 0xeae0e521, 0xcbc3f4e8, 0x2cfdd0d6, 0xfad00d91, 0xf1c3b2ca, 0xdfec264b, 0x420a11ec,
    0xee020509, 0x0ae5fef5, 0xf4141f07, 0xe4f10928, 0xe005fcf8, 0xe5eaeeac, 0x021319f5, 0xff04f712,
    0xe2df13fd, 0x1f321f01, 0xfd13ecf9, 0xeafd10e6, 0x0500f2fa, 0xe1f108d2, 0x020c0e01, 0x1f12dc07,
    0xfafb01f3, 0xf6003432, 0xed0f260f, 0xe20b09fa, 0xe2b901fb, 0xf4f309f8, 0xeefe1204, 0xfe0bf602,
    0xd9dff321, 0xf30503dc, 0xebfaf3d2, 0x1af3bedb, 0x010a07f9, 0x8081dbfe, 0xf10e311b, 0x291a0ae0,
    0xe3d2f5cd, 0xf8f9fd14, 0xf916d424, 0xf5bbdc50, 0xe8aa2117, 0xe2fe0219, 0x1920f732, 0xd981019a,
    0x0a281efd, 0x1d020fe2, 0x8108f108, 0x050b0c1e, 0xe60deac2, 0xcfc6f9cb, 0xe0140200, 0xfdb4fb34,
    0xf3e31a2d, 0x01c6f9bf, 0xfed62667, 0x03d0f711, 0xee17faf0, 0x0135ed3a, 0xf42f1444, 0xeff8f405,
    0x0b0e19d0, 0x2662f4fe, 0x0447c0f8, 0x0f1cd9da, 0x13ccf131, 0xf71ce2e6, 0xebf8edd9, 0x0ddce322,
    0xe60d00f5, 0xc3ca1303, 0x81241ebf, 0x0cd70320, 0xdaf8cc19, 0x4401070a, 0x40ebcbed, 0x041720e4,
    0x06eee6f7, 0x1c56fe11, 0xf6f134d6, 0x177fc8fb, 0x29e2de1a, 0xd8e0eaf6, 0xde00ce05, 0x462ddbf8,
    0x04069502, 0x04d90eea, 0x1f322d1b, 0xd4d21be6, 0x02dae434, 0x34a235ca, 0x32f909f1, 0x2df332f5,
    0x0300d544, 0xdd0fdfd8, 0x2b000cc2, 0xea232db0, 0x29141502, 0xe29c01fb, 0xe4df1d19, 0xeffcefd1,
    0x14841b9f, 0x05d9fe13, 0x0f0607d9, 0xca040ae1, 0xa211810f, 0xf13deb15, 0x0bffff05, 0xf12afbce,
    0x0af5e2e0, 0x1b3119f9, 0xbe1a0202, 0x25342f14, 0xdefbd911, 0xfc8fe2e5, 0x03fce420, 0xfb4ae516,
    0x2ad9342f, 0xe081f3d2, 0xe80f1711, 0xf5eaeee9, 0x2badf30d, 0xddf6c4f4, 0xb72deff2, 0xf59f24df,
    0x07d3ac35, 0xe72c03e8, 0xf6190be5, 0xec32fdc2, 0x30eb0606, 0xf41adc0f, 0xe1a5de01, 0x32da0914,
    0x15ebde23, 0x23ddfab7, 0xd2fefcbc, 0x2a30e7f0, 0x1816fd1d, 0xf8e5b48f, 0x00034df9, 0x23942112,
    0xf4dcea2f, 0x2f2204f7, 0x13ee14e6, 0xdb2545ff, 0xd3dce809, 0xb49737ee, 0xbdca3ad4, 0x2b01c511,
    0x8081f2dd, 0x0320441e, 0x2a3a3f0f, 0x1721f7f0, 0x94c5d6f4, 0x0ef80be3, 0x49043a1b, 0xbecc07df,
    0xadb90d22, 0xd928f6fa, 0xe0ea42b6, 0x21ed01f5, 0xe0dcddeb, 0x002fd5d9, 0x3325f400, 0x060036e6,
    0xedef1d02, 0xfc0af800, 0x8081dbf1, 0x0f10d5f1, 0xcf02e934, 0x200df604, 0xed0a20a0, 0x9c1b2ffc,
    0xd6ea3229, 0x23263ff6, 0xe306c8ef, 0x0caabbfa, 0x31164416, 0xaae01815, 0xe4f3e93c, 0xdbe7d4c2,
    0xf901bd13, 0x0cf52926, 0xf4f03755, 0xe520180c, 0x2ed128f8, 0x02fddae7, 0xebee3a11, 0x0038d800,
    0x070ef11d, 0x0af61701, 0xe5d7e7cd, 0xf0f603f7, 0xfbf9abea, 0x1ba1b0fa, 0x04ec4b0e, 0xe61f0407,
    0xec1ccf29, 0xe11005be, 0x0781e2f5, 0xe431f4e5, 0xd3ca07ef, 0x171c0005, 0xf9e7adb0, 0x0aefc4fa,
    0xf3dbdf11, 0x1c17e214, 0x1af603d4, 0x29faffe3, 0x06121a25, 0xe6ecbdfb, 0x182908fa, 0xf8d90fe7,
    0xf8ee2fe1, 0x8108de2f, 0xf9f13026, 0xedf4e21f, 0x050d0924, 0xfaf3cfdf, 0xece61426, 0x0020f603,
    0x324220ff, 0x22faf829, 0x21c5dafb, 0x0cd7da1e, 0xfcf100cd, 0xd0cb0be3, 0xd90ef345, 0x0113f8d9,
    0x0cb7f50a, 0xf0cc8105, 0xdbfd07f6, 0xf0100d1b, 0xf6efe3f5, 0x0e0ff1d7, 0xa530ddfd, 0x0381ef02,
    0xf0d8a322, 0x3002b212, 0x0bffd210, 0x0716dcf6, 0xf12c14fc, 0xc1afc2cc, 0x24eceea3, 0xfef21f0d,
    0xfbcc0add, 0x12fdfb21, 0x18000924, 0xebfa1c34, 0xe3510004, 0xfefee5f0, 0xfdeb1523, 0x0e1ae303,
    0x202416ed, 0x2426d01a, 0x065af1c4, 0xf8f00bd8, 0xcc0dfdee, 0xf40f07f8, 0xe6120b33, 0xefd2ab0b,
    0x05f83034, 0x3904c50b, 0x041f711e, 0xb5c63767, 0xdef5e312, 0xd881d02d, 0xdc241334, 0xdb3ff2e6,
    0x08cb08e0, 0x19260b16, 0xe32f07ea, 0xb5642834, 0xf9e9e817, 0x0d0a2f20, 0xf50aff3f, 0xbbc6dbe5,
    0xf1291bfc, 0xe4d529f0, 0xc6f32905, 0xfe0b02b3, 0xcaf4d21e, 0x18c518c1, 0xdef340f5, 0x2b41f522,
    0xb9d0cbaa, 0xf12c1ccc, 0xcaccf8f1, 0x1bff17d6, 0xeee70afc, 0x80c2cde1, 0x7935f1f9, 0x401f1109,
    0xe8a8b7ef, 0xebaf000c, 0x9ea02612, 0xdb0c4ddf, 0xcdde09fb, 0x534808e5, 0x08fa8081, 0x0df994c1,
    0x0cd5adfc, 0x251edb01, 0x2cff17e6, 0x1400f4cd, 0x0c31cffa, 0xb3aba9e3, 0x2e06e1ea, 0x072c24f8,
    0xe0e20ecf, 0xa2e02242, 0xf11e5820, 0xb6e22031, 0x4fe9d62b, 0x39eb0ef2, 0x23e62613, 0x1823f3ee,
    0x3d070917, 0xf3f31e01, 0x65140af1, 0x0af0f3d6, 0xce133df9, 0xcee21616, 0xd4f2ff6d, 0xd808fd0a,
    0x0bdefc0a, 0x00a3f598, 0x22106dea, 0x8ced295f, 0xd8e301ca, 0xfd001482, 0xee04c1df, 0x2f9ef7f0,
    0xfbc692fe, 0x3840e9fc, 0x081e1bcd, 0x054e02ca, 0x1845f54c, 0xd6d1c100, 0x2837eb81, 0xe9112416,
    0x7f0e229e, 0xeee9f315, 0xf7513037, 0xd5e81af7, 0xf906ee69, 0x1bfa21b8, 0x1c1010ed, 0xe5e6c2fe,
    0x15faf8f5, 0xf73505da, 0x14251eff, 0x42d2e002, 0xdbd43315, 0xcaedf70d, 0xd3f4036d, 0x15b312f3,
    0xceedfd81, 0x0b1efb22, 0x9ad6f1df, 0xf90ee6f7, 0xd5e11bf3, 0xffede708, 0xeab81522, 0xde26ffc4,
    0xd9e225f4, 0x1834c517, 0xf8fedcc9, 0xa9230020, 0x190a0e29, 0xc6e11b2c, 0xe9041c1d, 0xe309e1fa,
    0x80d3122d, 0xf384fbcd, 0xe1fd4102, 0x0ff11203, 0xdeea1e1e, 0x2ff0f2e1, 0xdd112319, 0x02d1f009,
    0x1008f7e9, 0xeb0a2c1f, 0xe6e1c405, 0x052203c3, 0xdfb5ebdf, 0x0606d5ee, 0xc2e8f835, 0x17d40b20,
    0x9b003efc, 0x070327df, 0x95093b38, 0x15d9fd15, 0x0481e1b0, 0x20faee07, 0x22f6e2f3, 0x11d6e8de,
    0x45e208db, 0x020bd309, 0xd80319e3, 0xfb1234f9, 0xe232cd35, 0x13cfcf02, 0xd7261cd7, 0x411a810c,
    0xf4f6f9fe, 0xfdee361e, 0xff05e214, 0x0dd2e00f, 0xd30cde0d, 0x22edcbef, 0x63e6290e, 0x270269d5,
    0x0ce01bd8, 0xd2140426, 0x120226fa, 0xba080fcd, 0x06eef300, 0x0debf9ee, 0xd8df0534, 0x6104fef1,
    0x812f2f15, 0xbd09edbb, 0x2e812cf2, 0xe201fdc0, 0x00f81310, 0x01f1c8d3, 0x0fbc2adf, 0xee212407,
    0xadf6621e, 0x391d0097, 0xcdc5c9c8, 0xe5f0ff0e, 0x62d93c40, 0xb5dfb01a, 0xe4142b0f, 0xd2c9e7dc,
    0x82b70c13, 0xeb1bdf2c, 0xaafb2630, 0x352e4f03, 0xd9f36233, 0x1e03fcba, 0x9bd8c4f8, 0x9df3bddf,
    0xf437f412, 0xfa134325, 0x99cdc6c9, 0x01bad139, 0x2220f40b, 0x2243031e, 0x24f94db1, 0x430c2ad4,
    0x1655ece5, 0xeab79dfa, 0xf4feeef1, 0x0ae82503, 0xeff100ef, 0xb52db0f1, 0xf51f0581, 0xa705dd2a,
    0xeb1ff7a2, 0x1012d4ed, 0xfbc5cfdf, 0x193417fc, 0x13eeffe4, 0xc2c2e3f6, 0x3de5e3b4, 0xf34b05ea,
    0xdf1308da, 0xf3f9f814, 0x2e470034, 0x00bd12f2, 0xde1c10c8, 0xcb1be3ec, 0xe7482814, 0x0c0de4f7,
    0xcd1f0823, 0x230322ea, 0xe653da08, 0xfeece806, 0x8104e826, 0xefe6f720, 0xfdc71ef8, 0x01c9e292,
    0xc939d60a, 0xfc1819b8, 0xa71dcc04, 0xf5fe0f2d, 0xed1e1c01, 0xe7e305cd, 0xfefe290a, 0xf7f5a32e,
    0x030c00c2, 0x011a2481, 0x1416c701, 0x30052309, 0xffe2e7c4, 0xd4de0ee5, 0x051933e2, 0xece8e039,
    0xd6a0080a, 0x80f30a15, 0xef2fff34, 0x140fd3e3, 0x1cc128d0, 0xcc348ef7, 0xf6253224, 0x24e705fa,
    0x0d2eeb30, 0x0d161bfd, 0xec1cebfc, 0xedcad453, 0xfbd3cb12, 0xfa02e3f1, 0xfae317ce, 0xf6f51bf1,
    0x2d22eefd, 0x210fdff4, 0x158130f3, 0xb4f80914, 0x80fa88fa, 0xf82700f3, 0xfdffd9a5, 0x050c2e14,
    0x0306d2cb, 0x282901d9, 0xf1fce3ec, 0x2ce5fb06, 0xe6eef4e9, 0xaccaee00, 0x06fac006, 0x3f0618e8,
    0x0dfc00f8, 0x0e110e27, 0xff0b1c31, 0xd8f821f9, 0xe1dbf9ba, 0x01121efe, 0x2223fd26, 0xdb25dd06,
    0xde1acc20, 0x04e602fd, 0x02200607, 0x08e2f524, 0xf3d01105, 0xfae3c7fa, 0xc4e216f3, 0xebfce6db,
    0x0d81f4dd, 0x09cacefe, 0xf70aeef7, 0xf91d0cec, 0xe6fbfbe6, 0xd21cdada, 0xe82202e9, 0xeede100b,
    0xf61bf601, 0x1f25e508, 0x0bd9fe11, 0xfe37071b, 0xd2f00cde, 0x07c001df, 0xf19ef9c0, 0xf85406f5,
    0x021c1ad4, 0x16f6112a, 0x12190b11, 0x26d7d91a, 0xe2dfe1f6, 0x010ac608, 0xe91a1c09, 0x09f3f7dc,
    0x08dd0f14, 0xf70e05e7, 0x0827daf9, 0xef1707e7, 0x0321fe0a, 0x810814f2, 0x02cbd516, 0x0df3e7fa,
    0x3df00d37, 0x0d818ae5, 0x0c0dd64d, 0xf1db0deb, 0xebb800b0, 0xe41cead4, 0xcb0fdfb4, 0x0101241f,
    0x12eaf7fd, 0x2844e802, 0xd3ecbb12, 0x3bd218ac, 0xe02feeff, 0xf3b5f7b2, 0x1021c2e8, 0x0a1d13e6,
    0x1829fadb, 0x20f21651, 0x2cf20c20, 0xfcebce48, 0xfbd6fb15, 0xf5018107, 0x1dd315f3, 0xef13f5d4,
    0x1ae90a0d, 0x1a05dad9, 0x13e9e3dc, 0xdae7fedd, 0xd722051f, 0x069abeea, 0x00fcd469, 0xd03f9bdc,
    0xfdfdd9f6, 0xfcfedcf5, 0xcf0c02f7, 0x06e7040d, 0xeffa0707, 0xf9039ef1, 0xdaff04e7, 0xe1e8e5f1,
    0xcf0cbe09, 0x1419c419, 0x1af7dff4, 0x0608f804, 0x22f61012, 0xc6f0f401, 0x2c02f6f9, 0x18fdfedc,
    0x8100070c, 0xd3f00911, 0x1de90626, 0x0cd80504, 0xca161afc, 0x0dfce5f6, 0x05e80814, 0xfe01e3f8,
    0xef130e07, 0x18dd23f7, 0x05f7d0ec, 0xf1090bec, 0xd005fb03, 0xf2811eeb, 0xe7e821ff, 0xee04f7fd,
    0x84004722, 0x0fe7f4f0, 0x8102fb0a, 0x310eef02, 0xcfe9e903, 0xf5eff507, 0xf2fc29f4, 0xc8810bfa,
    0xf5e5f121, 0x24082a0a, 0xe9fecce5, 0x14eec7fa, 0x2e1317ba, 0xd8e70c00, 0xf5f6dff3, 0xe0b3e5fd,
    0x17f4c8f1, 0x1ff9201a, 0xe6f82125, 0xd7fcfb1e, 0x3808380b, 0x1902b7fc, 0x0fda351f, 0x171f2bf3,
    0x4015b7f3, 0xee290efe, 0x110f1af4, 0xa8e63cff, 0xf2f5cffc, 0xe0fad1f2, 0x0233fa10, 0x00f706f7,
    0x3ef72d01, 0xfed89cec, 0xddf41cc7, 0xf511f1ec, 0x9ff38fff, 0xddfb3581, 0xb7e2b0f1, 0x84f32615,
    0xefbaef0d, 0x3b33c3e3, 0xec1fb1db, 0x3610bcd7, 0x3621464d, 0xd0f6dade, 0x4814b5e4, 0x80e92b00,
    0xd5be02e3, 0xfa2bf204, 0xca19140c, 0xfe2d2ffe, 0x61e33432, 0x5000e69e, 0xc70409f4, 0x3905bce3,
    0x45fdc615, 0x4a1042f2, 0x16fcabe2, 0xc3c20afc, 0x0dfb03eb, 0x14f0ee22, 0x04093e29, 0xc3e2c3c0,
    0x07dbe47f, 0x0cd402c1, 0x8116dd1f, 0xf7d50536, 0xc4e612c3, 0xebe612d6, 0xf45238ed, 0xf2b7f204,
    0xe7f2e923, 0x07251e15, 0xf8e1d106, 0x00e33ac0, 0xfa1df609, 0x9bc43cd3, 0xf3ef1996, 0x200ad1f0,
    0xdd23f1cf, 0xf4181a3f, 0x1d01324b, 0xd4e1f641, 0x123ae5fb, 0xe9eede1a, 0x11ca6015, 0x0519f300,
    0x000b22de, 0x2f0c19e3, 0x0213f9ea, 0x12f3e8e9, 0xbc2fa6fd, 0x02a3b8c2, 0xf72d0705, 0xfd3d0a00,
    0xf8eec509, 0xebedfefb, 0x09fa05f2, 0xf708f9c6, 0x0003040d, 0x27f5fad6, 0xd7f780fb, 0x05eefc05,
    0x06e2d8ff, 0x3a25f88f, 0x9bf7ebee, 0x17d6e9f5, 0x0eecfdf2, 0xf4c9d8f5, 0xf9f60111, 0xfc0807f5,
    0x02811c0f, 0xf805e204, 0xfb140724, 0xf40a1905, 0xf2e2fd14, 0x1114e9f8, 0xffcef607, 0xf7e7ffed,
    0x1e17fa1a, 0x00fdf1fd, 0x0d08efb0, 0xfc08ebfe, 0xfe2013fe, 0x10f80301, 0xe0e4def5, 0xea22e7ed,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op8_bias[64] = {
    -30625, -53305, -27207, -61270, -36325, -29160, -22060, -102817, -74350, -113485, -15081,
    -70096, -41738, -76093, -66160, -95619, -40648, -31391, -10367, -60544, -50143, 253, -65588,
    -69589, -107247, 2288, -30716, -53432, -37069, -60804, -19124, -92638, -1310, -30478, -62759,
    -22280, -56110, 15128, -59490, -85567, -55428, 12330, -63657, -45497, -42150, -101294, -18852,
    -70633, -40076, -62878, -45948, -52981, -64113, -76353, -42707, -79015, -32283, -37454, -70722,
    -67176, -24445, -41940, -74657, -59203,
};

/* (C_OUT), Q0.31 */
static const int32_t op8_multiplier[64] = {
    1121446925, 1638422164, 1315537621, 1439938827, 2127519802, 1963991466, 2140549649, 1452027557,
    1238617172, 1966581851, 2125110854, 1721028047, 1724792286, 1610417625, 1489255429, 1108475234,
    1738515431, 1996298841, 2073801990, 1673048112, 2045473882, 1127850792, 2105284674, 1288735729,
    2027635050, 1162927932, 1370897732, 1244944032, 1312652116, 1497020072, 1483703445, 1544676552,
    2073926071, 1272789185, 1489652008, 1856832682, 1836124570, 2000530611, 1316275136, 1422224990,
    1713452039, 1094078899, 1996759974, 1712005116, 1180643483, 1358200938, 1179367714, 1295377018,
    1453705160, 1148959597, 1442445920, 1688090786, 2120682337, 1190821758, 1124862344, 1171743719,
    1125282116, 1136558951, 1581928532, 1883308149, 1116374925, 1673217323, 1653670382, 2077134803,
};

/* (C_OUT), bits to the right */
static const int8_t op8_shift[64] = {
    6, 6, 6, 6, 6, 6, 7, 6, 6, 7, 7, 6, 7, 6, 6, 6, 6, 6, 7, 6, 7, 6, 7, 6, 7, 6, 6, 6, 6, 6, 6, 6,
    7, 6, 6, 7, 7, 7, 6, 6, 6, 6, 7, 7, 6, 6, 6, 6, 6, 6, 6, 6, 7, 6, 5, 6, 5, 6, 6, 7, 6, 6, 6, 6,
};

static const tinyml_convolution op8_layer = {
    .in_height = 25, .in_width = 5, .in_channels = 64, .out_height = 25, .out_width = 5,
    .kernel_height = 1, .kernel_width = 1, .stride_height = 1, .stride_width = 1,
    .dilation_height = 1, .dilation_width = 1, .pad_top = 0, .pad_left = 0, .in_zero_point = -128,
    .filters = {
        .weights = op8_weights, .depth = 64, .channels = 64, .borrowed = 1,
    },
    .stage = {
        .bias = op8_bias, .multiplier = op8_multiplier, .shift = op8_shift, .per_channel = 1,
        .rounding = TINYML_RECTIFIED, .zero_point = -128, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 9 (MEAN), int8 (1, 64) */
static const tinyml_mean op9_layer = {
    .outer = 1, .count = 125, .inner = 64, .multiplier = 631266750, .shift = 1, .offset = 16000,
    .zero_point = -128,
};

/* ---- op 10 (FULLY_CONNECTED), int8 (1, 12) */
/* (C_OUT / 4, K / 4, 2, 2) words of two channels and two inputs */
static const uint32_t op10_weights[192] = {
    0x1f26f405, 0xa7401352, 0x48182fe4, 0xcec03833, 0x33edf910, 0x10c52694, 0x2ce02c50, 0x0ccaf3f7,
    0x30b0aa12, 0xd9272ce7, 0xb41c25cc, 0xf31c2fb4, 0xdc2bed30, 0x93fe2117, 0x3236fc37, 0x0d912f33,
    0x39bcf80e, 0x1e1d27e1, 0x31034619, 0x3300ea08, 0x3081f6b6, 0x1dd12d06, 0xf41afafb, 0x1b0de348,
    0x1d31d510, 0xaacf39b0, 0xe1341340, 0xa62dd881, 0x18e2ab31, 0xf860c624, 0x80e61c84, 0x32fb3028,
    0x22d90ac0, 0xe729e3db, 0x1c9df644, 0xee54ebda, 0x038a9ca5, 0xbacde806, 0x4a3a18cf, 0xa4b329fe,
    0xc24cb0b3, 0xe9ec0e2e, 0x333b131c, 0x2a86cd0d, 0xb208c9df, 0x358c0f49, 0x16b7a5b9, 0xa81031c5,
    0x2203e221, 0x1f28c30b, 0xba07e405, 0x0be22e18, 0x150d1135, 0xeb463e0a, 0xd3be85e8, 0xfbb720f3,
    0xb0eadb24, 0x21a92611, 0xaa38c917, 0x2634af29, 0x4b56e80c, 0x22a72949, 0x1ad4fafc, 0x1e0b8120,
    0xf6c71efd, 0x2c1ce4ff, 0x1be0a6ff, 0x09a9d6d3, 0x261e1c2c, 0xeaac1d45, 0x08811af1, 0xf028910f,
    0x16c2c3a4, 0xf53cef30, 0xfd96e5f0, 0x1d19e32a, 0xc91ed0fd, 0x29fff51c, 0xf80301b8, 0x1f070ca8,
    0x1e11a310, 0xc3283002, 0xd49b9a11, 0xdf131b17, 0x1ae1bcd2, 0x1d262a18, 0xfaea2d23, 0x0b1130da,
    0xbe2812e5, 0xfa8fe255, 0x17fc2420, 0xff281333, 0x1609f218, 0xb8121aab, 0x191fddff, 0x18a4f8c8,
    0x0c2ec905, 0x229bfe24, 0x0f09c42c, 0xf4b2dd33, 0x25e72c0e, 0x111c0f30, 0x1117fd2f, 0xbcb009e0,
    0x02e3fb28, 0xf1a00924, 0x0200fb22, 0xe2f413e7, 0x2d2410dc, 0xeb0125e0, 0xe6e8f620, 0xf50dd73c,
    0x1de4161e, 0x1f33108a, 0xa0102602, 0xe2f12b22, 0x80e1e72a, 0x0bd21dd8, 0x241d11c6, 0xe1da0a2c,
    0x1b03002a, 0xf2f58127, 0x2b051922, 0xcec00000, 0xefe9df20, 0xa781f82c, 0x03960d11, 0x1da0072d,
    0x1ecaeaf6, 0xee059d4a, 0xcadbf004, 0x335559de, 0x14c180f2, 0xce5c0afa, 0xda200bf4, 0x3b04ade7,
    0x3b041514, 0xf8fffabf, 0x0b081cae, 0x2ab83a01, 0xe116c124, 0x3deebb4a, 0x32a1ebc6, 0x07cc52b2,
    0x2501d636, 0xcef3e1f8, 0x1d1c17e0, 0xefc8e7b1, 0xea28f91a, 0xf7c0ec02, 0x069ed604, 0xa464be04,
    0x0915da10, 0xf30d07d3, 0xd6e41914, 0x56bccee1, 0xb619f1e7, 0x1ea53734, 0x3a2f1d39, 0x1cac0629,
    0xac1b27f8, 0x63c0c75d, 0x22052ace, 0xc8c8bef9, 0x2df7a2e3, 0x33251002, 0x2bf836be, 0x39dcbbc4,
    0x051f1381, 0xfe2f64c4, 0xd3bce817, 0x3f0b8146, 0x2825ed20, 0xa8f3a4c6, 0xfb2e130c, 0x475745ec,
    0xc0153635, 0xd9b0aed1, 0x3a33159a, 0xe640e5c6, 0x32f5c6d9, 0xfcf91a9c, 0x1e18e414, 0x56cbd63f,
    0xb129cd05, 0x5f3e2cfe, 0x01bcd2e7, 0x5b0dff3e, 0x2f27c2e3, 0x37bbd4e6, 0x380e2733, 0xf8233881,
};

/* (C_OUT), int32 on the scale of the sums */
static const int32_t op10_bias[12] = {
    -24579, -52179, -41104, -8383, -33865, -40703, -56363, -34026, -31610, -17915, -76629, 14831,
};

/* (C_OUT), Q0.31 */
static const int32_t op10_multiplier[12] = {
    1169085365, 1238604766, 2115894161, 1269514709, 1770778678, 1892881378, 1277724422, 1879276022,
    1581803997, 1351255485, 2102819947, 1785602571,
};

/* (C_OUT), bits to the right */
static const int8_t op10_shift[12] = {
    9, 9, 10, 9, 9, 9, 9, 9, 9, 9, 10, 10,
};

static const tinyml_dense op10_layer = {
    .inputs = 64,
    .filters = {
        .weights = op10_weights, .depth = 64, .channels = 12, .borrowed = 1,
    },
    .stage = {
        .bias = op10_bias, .multiplier = op10_multiplier, .shift = op10_shift, .per_channel = 1,
        .rounding = TINYML_SIGNED, .zero_point = -23, .minimum = -128, .maximum = 127,
    },
};

/* ---- op 11 (SOFTMAX), int8 (1, 12) */
/* (entries), Q0.31, by the distance below 0 */
static const int32_t op11_exponentials[256] = {
    2147483647, 2063415639, 1982638763, 1905024041, 1830447687, 1758790850, 1689939387, 1623782625,
    1560216173, 1499138109, 1440451052, 1384061463, 1329879470, 1277818161, 1227795272, 1179730556,
    1133547409, 1089172225, 1046534247, 1005565151, 966200228, 928376229, 892032901, 857112325,
    823558807, 791318979, 760340828, 730575652, 701975663, 674495293, 648090703, 622719871,
    598341992, 574918623, 552412172, 530786791, 510007980, 490042650, 470858752, 452426003,
    434714797, 417696937, 401345273, 385633758, 370537190, 356031756, 342094118, 328702096,
    315834331, 303470315, 291590365, 280175343, 269207274, 258668568, 248542418, 238812686,
    229463870, 220480956, 211849758, 203556438, 195587773, 187931064, 180574105, 173505100,
    166712880, 160186542, 153915687, 147890322, 142100837, 136537957, 131192900, 126057070,
    121122289, 116380693, 111824718, 107447116, 103240834, 99199251, 95315878, 91584530, 87999253,
    84554341, 81244258, 78063779, 75007802, 72071457, 69250062, 66539123, 63934289, 61431448,
    59026580, 56715856, 54495589, 52362242, 50312395, 48342814, 46450330, 44631930, 42884715,
    41205901, 39592812, 38042855, 36553586, 35122616, 33747664, 32426538, 31157134, 29937413,
    28765450, 27639364, 26557360, 25517714, 24518769, 23558923, 22636660, 21750499, 20899028,
    20080890, 19294780, 18539439, 17813675, 17116320, 16446264, 15802439, 15183819, 14589417,
    14018279, 13469503, 12942210, 12435559, 11948742, 11480984, 11031533, 10599680, 10184733,
    9786029, 9402933, 9034836, 8681145, 8341304, 8014765, 7701010, 7399537, 7109866, 6831533,
    6564099, 6307133, 6060227, 5822986, 5595032, 5376003, 5165547, 4963330, 4769030, 4582336,
    4402950, 4230588, 4064971, 3905839, 3752937, 3606020, 3464854, 3329215, 3198885, 3073658,
    2953333, 2837718, 2726630, 2619890, 2517329, 2418782, 2324094, 2233112, 2145692, 2061694,
    1980985, 1903434, 1828920, 1757323, 1688529, 1622428, 1558914, 1497887, 1439249, 1382907,
    1328770, 1276752, 1226771, 1178746, 1132602, 1088263, 1045661, 1004726, 965394, 927602, 891289,
    856397, 822872, 790658, 759706, 729966, 701390, 673933, 647550, 622201, 597843, 574439, 551952,
    530344, 509583, 489634, 470466, 452049, 434352, 417349, 401011, 385312, 370228, 355735, 341809,
    328428, 315571, 303217, 291347, 279942, 268983, 258453, 248335, 238614, 229273, 220297, 211673,
    203387, 195425, 187774, 180424, 173360, 166574, 160053, 153787, 147767, 141982, 136424, 131084,
    125952, 121021, 116284, 111731, 107358, 103155, 99117, 95236, 91508, 87926, 84484, 81177,
};

static const tinyml_normalization op11_layer = {
    .exponentials = op11_exponentials, .rows = 1, .columns = 12, .entries = 256,
};

static const tinyml_depthwise_shape variant0_shape = {
    .multiplier = 1, .plane_pitch = 28, .in_rows = 5, .kernel_rows = 3, .stride_rows = 1,
    .dilation_rows = 1, .pad_rows = 1, .in_columns = 25, .kernel_columns = 3, .stride_columns = 1,
    .dilation_columns = 1, .pad_columns = 1, .out_columns = 25, .rounding = TINYML_RECTIFIED,
};

static void variant0(const tinyml_depthwise *layer, tinyml_rows input, tinyml_rows output, unsigned first,
              unsigned count, void *scratch)
{
    tinyml_convolve_depthwise(&variant0_shape, layer, input, output, first, count, scratch);
}

static TINYML_ALIGNED int8_t arena[KEYWORDS_ARENA_BYTES];

int8_t *keywords_input(void)
{
    return (void *)(arena + 8000);
}

int8_t *keywords_output(void)
{
    return (void *)(arena + 64);
}

void keywords_invoke(void)
{
    tinyml_convolve(&op0_layer, arena + 8000, arena + 0, arena + 8492);
    variant0(&op1_layer, TINYML_ROWS(arena + 0, 5), TINYML_ROWS(arena + 0, 5), 0, 5, arena + 8000);
    tinyml_convolve(&op2_layer, arena + 0, arena + 0, arena + 8000);
    variant0(&op3_layer, TINYML_ROWS(arena + 0, 5), TINYML_ROWS(arena + 0, 5), 0, 5, arena + 8000);
    tinyml_convolve(&op4_layer, arena + 0, arena + 0, arena + 8000);
    variant0(&op5_layer, TINYML_ROWS(arena + 0, 5), TINYML_ROWS(arena + 0, 5), 0, 5, arena + 8000);
    tinyml_convolve(&op6_layer, arena + 0, arena + 0, arena + 8000);
    variant0(&op7_layer, TINYML_ROWS(arena + 0, 5), TINYML_ROWS(arena + 0, 5), 0, 5, arena + 8000);
    tinyml_convolve(&op8_layer, arena + 0, arena + 0, arena + 8000);
    tinyml_average(&op9_layer, arena + 0, arena + 0);
    tinyml_connect(&op10_layer, arena + 0, arena + 64);
    tinyml_softmax(&op11_layer, arena + 64, arena + 64);
}
