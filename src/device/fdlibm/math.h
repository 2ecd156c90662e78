/* SPDX-License-Identifier: Apache-2.0 */
/* math.h - what fdlibm wants of <math.h>, under the names of names.h. */
#ifndef PH_FDLIBM_MATH_H
#define PH_FDLIBM_MATH_H

double sin(double x);
double cos(double x);
double tan(double x);
double atan(double x);
double tanh(double x);
double expm1(double x);
double log1p(double x);
double scalbn(double x, int n);
double floor(double x);

#endif
