// SPDX-License-Identifier: Apache-2.0
// java.time with fixed instants: arithmetic, zones, formats, parsing.
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

class Times {
    public static void main(String[] args) {
        LocalDate d = LocalDate.of(2024, 2, 29);
        System.out.println(d + " " + d.plusYears(1) + d.plusMonths(12) + d.minusDays(60)
            + d.getDayOfWeek() + d.getDayOfYear() + d.isLeapYear() + d.lengthOfMonth());
        System.out.println(d.with(TemporalAdjusters.lastDayOfMonth()) + " " + d.with(
            TemporalAdjusters.next(DayOfWeek.MONDAY)) + d.until(LocalDate.of(2025, 12, 24)));
        System.out.println(ChronoUnit.DAYS.between(LocalDate.EPOCH, d) + " " + Period.parse("P1Y2M3D")
            .plusDays(40) + Duration.ofSeconds(100000, 5) + Duration.parse("PT-1.5S").toMillis());
        Instant i = Instant.ofEpochSecond(1700000000L, 123456789);
        System.out.println(i + " " + i.truncatedTo(ChronoUnit.HOURS) + Instant.EPOCH.minusNanos(1));
        ZonedDateTime z = i.atZone(ZoneId.of("Europe/Berlin"));
        System.out.println(z + " " + z.withZoneSameInstant(ZoneId.of("America/New_York")));
        ZonedDateTime gap = ZonedDateTime.of(2024, 3, 31, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"));
        System.out.println(gap + " " + gap.plusHours(24) + gap.plusDays(1) + z.toOffsetDateTime());
        System.out.println(LocalDateTime.of(2024, 1, 1, 0, 0).atOffset(ZoneOffset.ofHours(-5)));
        System.out.println(LocalTime.of(23, 59).plusMinutes(2) + " " + LocalTime.MIDNIGHT
            + LocalTime.parse("10:15:30.5") + LocalTime.ofSecondOfDay(3661));
        DateTimeFormatter f = DateTimeFormatter.ofPattern("EEEE, d. MMMM uuuu HH:mm:ss.SSS", Locale.ROOT);
        System.out.println(z.format(f));
        System.out.println(z.format(DateTimeFormatter.ofPattern("EEE MMM dd yy h:mm a VV xxx",
            Locale.US)));
        System.out.println(DateTimeFormatter.ISO_WEEK_DATE.format(d) + " "
            + DateTimeFormatter.RFC_1123_DATE_TIME.format(z) + LocalDate.parse("20240229",
            DateTimeFormatter.BASIC_ISO_DATE));
        String[] bad = {"2023-02-29", "2023-13-01", "x"};
        for (String s : bad) {
            try {
                LocalDate.parse(s);
            } catch (DateTimeException e) {
                System.out.println(e.getMessage());
            }
        }
        System.out.println(Year.of(1900).isLeap() + " " + YearMonth.of(2024, 2).atEndOfMonth()
            + Month.JANUARY.minus(1) + DayOfWeek.of(7).plus(3));
        System.out.println(new java.util.Date(0).toInstant());
    }
}
