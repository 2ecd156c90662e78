// SPDX-License-Identifier: Apache-2.0
import java.awt.Color;
import java.awt.Rectangle;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Images, colours and shapes as data; nothing is drawn. */
public class Images {
    public static void main(String[] arguments) throws IOException {
        int[] types = {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_3BYTE_BGR,
            BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_USHORT_565_RGB};
        for (int type : types) {
            BufferedImage image = new BufferedImage(20, 10, type);
            for (int x = 0; x < 20; x++) {
                image.setRGB(x, x / 2, new Color(x * 10, 5, 200, 128 + x).getRGB());
            }
            for (String format : new String[] {"png", "bmp"}) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                boolean can = ImageIO.write(image, format, out);
                BufferedImage read =
                    can ? ImageIO.read(new ByteArrayInputStream(out.toByteArray())) : image;
                System.out.println(type + " " + format + " " + can + " " + read.getType() + " "
                        + Integer.toHexString(read.getRGB(4, 2)));
            }
        }
        Area area = new Area(new Ellipse2D.Double(0, 0, 10, 10));
        area.subtract(new Area(new Rectangle(5, 0, 5, 10)));
        System.out.println(area.getBounds2D());
    }
}
