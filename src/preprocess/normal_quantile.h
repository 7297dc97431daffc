/// Quantiles of the normal distribution. Private.
#pragma once
#include <array>

namespace reszoo::detail {

// Coefficients of polynomials, that of the highest power first: a fraction for levels in the middle, and one for the
// tails. Source: Cephes, ndtri.c.
inline constexpr std::array<double, 5> kMiddleTop{-59.9633501014107895267, 98.0010754185999661536,
                                                  -56.6762857469070293439, 13.9312609387279679503,
                                                  -1.23916583867381258016};
inline constexpr std::array<double, 9> kMiddleBottom{1,
                                                     1.95448858338141759834,
                                                     4.67627912898881538453,
                                                     86.3602421390890590575,
                                                     -225.462687854119370527,
                                                     200.260212380060660359,
                                                     -82.0372256168333339912,
                                                     15.9056225126211695515,
                                                     -1.18331621121330003142};
inline constexpr std::array<double, 9> kTailTop{
    4.05544892305962419923,   31.5251094599893866154,    57.1628192246421288162,
    44.0805073893200834700,   14.6849561928858024014,    2.18663306850790267539,
    -0.140256079171354495875, -0.0350424626827848203418, -0.000857456785154685413611};
inline constexpr std::array<double, 9> kTailBottom{1,
                                                   15.7799883256466749731,
                                                   45.3907635128879210584,
                                                   41.3172038254672030440,
                                                   15.0425385692907503408,
                                                   2.50464946208309415979,
                                                   -0.142182922854787788574,
                                                   -0.0380806407691578277194,
                                                   -0.000933259480895457427372};

/// Returns the number below which a standard normal one lies with this probability, from 1e-14 to 1 - 1e-14.
double normal_quantile(double level);

}  // namespace reszoo::detail
